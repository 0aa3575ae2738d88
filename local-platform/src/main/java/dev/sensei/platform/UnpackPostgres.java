package dev.sensei.platform;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The build step that unpacks PostgreSQL's binaries, with their links and modes. It runs while the
 * module is built, never in the product.
 */
final class UnpackPostgres {
  private static final String MARKER = ".unpacked";
  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwxr-xr-x");

  private UnpackPostgres() {}

  /**
   * Unpacks once: a directory that already holds this version is left alone.
   *
   * @param arguments the archive (tar, xz), the directory to make, and the version in the archive
   */
  public static void main(String[] arguments) throws IOException {
    Path archive = Path.of(arguments[0]);
    Path directory = Path.of(arguments[1]);
    String version = arguments[2];
    Path marker = directory.resolve(MARKER);
    if (Files.exists(marker) && Files.readString(marker).equals(version)) {
      return;
    }
    DirectoryTree.delete(directory);
    Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished");
    DirectoryTree.delete(unfinished);
    unpack(archive, unfinished);
    Files.writeString(unfinished.resolve(MARKER), version);
    Files.move(unfinished, directory);
  }

  private static void unpack(Path archive, Path into) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(
                new BufferedInputStream(Files.newInputStream(archive), 1 << 16)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
          throw new IOException("The archive has an entry outside of itself: " + entry.getName());
        }
        write(tar, entry, target);
      }
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, target);
      if ((entry.getMode() & 0100) != 0) {
        Files.setPosixFilePermissions(target, PROGRAM);
      }
    }
  }
}
