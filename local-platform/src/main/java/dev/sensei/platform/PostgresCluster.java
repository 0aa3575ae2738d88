package dev.sensei.platform;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The files of one PostgreSQL server: its cluster, its port and its superuser's password. A cluster
 * is made under another name and renamed when it is complete, so a kill half-way leaves none.
 *
 * @param directory the directory that holds them, locked by the caller
 */
record PostgresCluster(Path directory) {
  private static final int PASSWORD_BYTES = 24;
  private static final String UNFINISHED = "data.unfinished-";

  Path data() {
    return directory.resolve("data");
  }

  /** The superuser's password, made at the first call; its file is readable by its owner only. */
  String password() throws IOException {
    Path file = directory.resolve("password");
    if (!Files.exists(file)) {
      byte[] random = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(random);
      OwnerOnly.write(file, HexFormat.of().formatHex(random));
    }
    return knownPassword();
  }

  /** The superuser's password, where there is a cluster already. */
  String knownPassword() throws IOException {
    return Files.readString(directory.resolve("password"));
  }

  KeptPort port() {
    return new KeptPort(directory.resolve("port"), "PostgreSQL");
  }

  /** Makes the cluster if there is none. */
  void create(PostgresLauncher launcher, String superuser, Duration limit) throws IOException {
    if (Files.exists(data())) {
      return;
    }
    removeUnfinished();
    password();
    Path unfinished = Files.createTempDirectory(directory, UNFINISHED);
    List<String> command = new ArrayList<>(launcher.program("initdb"));
    command.addAll(
        List.of(
            "--pgdata=" + unfinished,
            // Written, but not forced to the disk, which takes three times as long as the rest: it
            // survives whatever becomes of processes. A machine that loses power in the first half
            // minute may lose a cluster that held next to nothing.
            "--no-sync",
            "--username=" + superuser,
            "--pwfile=" + directory.resolve("password"),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8"));
    ChildProcess initdb =
        ChildProcess.start(
            "initdb",
            command,
            Map.of("LC_ALL", "C"),
            directory,
            directory.resolve("initdb.log"),
            "KILL");
    if (!initdb.awaitEnd(limit)) {
      initdb.stop("KILL", limit);
      throw initdb.startFailure("took longer than " + limit);
    }
    if (initdb.exitValue() != 0) {
      throw initdb.startFailure("ended with status " + initdb.exitValue());
    }
    Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> former = Files.newDirectoryStream(directory, UNFINISHED + "*")) {
      for (Path unfinished : former) {
        DirectoryTree.delete(unfinished);
      }
    }
  }
}
