package dev.sensei.databases.copy;

import dev.sensei.platform.PostgresServer.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Stands between a client and a server, and ends the connection after so many bytes of answers. */
final class CutConnection implements AutoCloseable {
  private final ServerSocket listening;
  private final Endpoint server;
  private final long answerBytes;

  CutConnection(Endpoint server, long answerBytes) throws IOException {
    this.server = server;
    this.answerBytes = answerBytes;
    this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  /** The server behind it, by the way that will be cut. */
  Endpoint endpoint() {
    return new Endpoint(
        "127.0.0.1", listening.getLocalPort(), server.database(), server.user(), server.password());
  }

  private void serve() {
    try (Socket client = listening.accept();
        Socket behind = new Socket(server.host(), server.port())) {
      Thread.ofVirtual().start(() -> pass(client, behind, Long.MAX_VALUE));
      pass(behind, client, answerBytes);
    } catch (IOException closed) {
      throw new IllegalStateException(closed);
    }
  }

  private static void pass(Socket from, Socket to, long limit) {
    byte[] buffer = new byte[4_096];
    long left = limit;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      while (left > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          return;
        }
        out.write(buffer, 0, read);
        left -= read;
      }
    } catch (IOException closed) {
      // One of the two has gone, which is what this is for.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
