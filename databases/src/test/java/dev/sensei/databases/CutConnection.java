package dev.sensei.databases;

import dev.sensei.platform.PostgresServer.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;

/**
 * Stands between a client and a server, and ends their one connection when it is told to, or after
 * so many bytes of answers.
 */
public final class CutConnection implements AutoCloseable {
  private final ServerSocket listening;
  private final Endpoint server;
  private final long answerBytes;
  private volatile Optional<Socket> client = Optional.empty();
  private volatile boolean withholding;

  /** A connection that is lost when it is cut. */
  public CutConnection(Endpoint server) throws IOException {
    this(server, Long.MAX_VALUE);
  }

  /** A connection that is also lost after so many bytes of the server's answers. */
  public CutConnection(Endpoint server, long answerBytes) throws IOException {
    this.server = server;
    this.answerBytes = answerBytes;
    this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  /** The server behind it, by the way that will be cut. */
  public Endpoint endpoint() {
    return new Endpoint(
        "127.0.0.1", listening.getLocalPort(), server.database(), server.user(), server.password());
  }

  /** From here on the server is asked, and nobody hears its answers. */
  public void withholdAnswers() {
    withholding = true;
  }

  /** Ends the connection on both sides. */
  public void cut() throws IOException {
    client.orElseThrow(() -> new IllegalStateException("nobody has connected")).close();
  }

  private void serve() {
    try (Socket accepted = listening.accept();
        Socket behind = new Socket(server.host(), server.port())) {
      client = Optional.of(accepted);
      Thread.ofVirtual()
          .start(
              () -> {
                pass(accepted, behind, Long.MAX_VALUE);
                closeQuietly(behind);
              });
      pass(behind, accepted, answerBytes);
    } catch (IOException closed) {
      throw new IllegalStateException(closed);
    }
  }

  private void pass(Socket from, Socket to, long limit) {
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
        if (!withholding || client.filter(from::equals).isPresent()) {
          out.write(buffer, 0, read);
        }
        left -= read;
      }
    } catch (IOException closed) {
      // One of the two has gone, which is what this is for.
      return;
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException closed) {
      throw new IllegalStateException(closed);
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
