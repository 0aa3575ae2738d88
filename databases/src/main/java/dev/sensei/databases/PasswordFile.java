package dev.sensei.databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code .pgpass} file, read by libpq's rules: lines {@code host:port:database:user:password},
 * {@code *} for anything, {@code \} before a colon or backslash, first match wins, and the whole
 * file ignored with a warning where group or others may access it.
 */
final class PasswordFile {
  private static final Logger LOG = LoggerFactory.getLogger(PasswordFile.class);
  private static final int FIELDS = 5;
  private static final Set<PosixFilePermission> OPEN_TO_OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Path path;

  PasswordFile(Path path) {
    this.path = path;
  }

  /** The password of the first line that matches. */
  Optional<String> find(DatabaseUri uri) {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    try {
      if (openToOthers()) {
        LOG.warn(
            "password file {} has group or world access and is ignored; set its permissions to"
                + " 0600 or less",
            path);
        return Optional.empty();
      }
      for (String line : Files.readAllLines(path)) {
        List<String> fields = fields(line);
        if (fields.size() == FIELDS
            && matches(fields.get(0), uri.host())
            && matches(fields.get(1), Integer.toString(uri.port()))
            && matches(fields.get(2), uri.database())
            && matches(fields.get(3), uri.user())) {
          return Optional.of(unescape(fields.get(4))).filter(password -> !password.isEmpty());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("password file {} could not be read and is ignored: {}", path, e.getClass());
      return Optional.empty();
    }
  }

  private boolean openToOthers() throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return false;
    }
    return Files.getPosixFilePermissions(path).stream().anyMatch(OPEN_TO_OTHERS::contains);
  }

  private static boolean matches(String pattern, String value) {
    return pattern.equals("*") || unescape(pattern).equals(value);
  }

  /** The fields, still escaped; the last one takes the rest of the line. */
  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    if (line.isBlank() || line.startsWith("#")) {
      return fields;
    }
    StringBuilder field = new StringBuilder();
    for (int at = 0; at < line.length(); at++) {
      char letter = line.charAt(at);
      if (letter == '\\' && at + 1 < line.length()) {
        field.append(letter).append(line.charAt(++at));
      } else if (letter == ':') {
        fields.add(field.toString());
        field.setLength(0);
        if (fields.size() == FIELDS) {
          return fields;
        }
      } else {
        field.append(letter);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  private static String unescape(String field) {
    StringBuilder plain = new StringBuilder();
    for (int at = 0; at < field.length(); at++) {
      char letter = field.charAt(at);
      plain.append(letter == '\\' && at + 1 < field.length() ? field.charAt(++at) : letter);
    }
    return plain.toString();
  }
}
