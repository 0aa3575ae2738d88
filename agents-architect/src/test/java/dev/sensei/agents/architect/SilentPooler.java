package dev.sensei.agents.architect;

import dev.sensei.platform.PostgresServer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Between a client and a server, which lets everything through but what the server remarks. */
final class SilentPooler implements AutoCloseable {
  private static final int NOTICE = 'N';

  private final PostgresServer.Endpoint server;
  private final ServerSocket listening;

  SilentPooler(PostgresServer.Endpoint server) throws IOException {
    this.server = server;
    this.listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  PostgresServer.Endpoint endpoint() {
    return new PostgresServer.Endpoint(
        "127.0.0.1", listening.getLocalPort(), server.database(), server.user(), server.password());
  }

  private void accept() {
    try {
      while (!listening.isClosed()) {
        Socket client = listening.accept();
        Socket behind = new Socket(server.host(), server.port());
        Thread.startVirtualThread(() -> toServer(client, behind));
        Thread.startVirtualThread(() -> toClient(behind, client));
      }
    } catch (IOException closed) {
      if (!listening.isClosed()) {
        throw new UncheckedIOException(closed);
      }
    }
  }

  private static void toServer(Socket client, Socket server) {
    try (client;
        server) {
      client.getInputStream().transferTo(server.getOutputStream());
    } catch (IOException ended) {
      return;
    }
  }

  /** Each message is its kind, its length with that of the length, and as many bytes. */
  private static void toClient(Socket server, Socket client) {
    try (server;
        client) {
      DataInputStream from = new DataInputStream(new BufferedInputStream(server.getInputStream()));
      DataOutputStream to =
          new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
      // A single byte says whether the connection will be encrypted.
      to.write(from.read());
      to.flush();
      int kind = from.read();
      while (kind >= 0) {
        int length = from.readInt();
        byte[] content = from.readNBytes(length - Integer.BYTES);
        if (kind != NOTICE) {
          to.write(kind);
          to.writeInt(length);
          to.write(content);
        }
        if (from.available() == 0) {
          to.flush();
        }
        kind = from.read();
      }
    } catch (IOException ended) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
