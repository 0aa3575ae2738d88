package dev.sensei.cli.spec;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.RowHash;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads a spec file: YAML, strict. An unknown key, a wrong type or a value out of bounds is an
 * error that names file, line, column and what is allowed.
 */
public final class SpecFile {
  /** The most bytes a spec file may have. */
  static final int MAX_BYTES = 1_048_576;

  private static final int MAX_DEPTH = 16;
  private static final long BYTES_IN_A_MEGABYTE = 1 << 20;
  private static final long MOST_MEGABYTES_IN_A_CHUNK = 256;
  private static final List<String> SECTIONS =
      Stream.concat(
              Stream.of("source", "target", "tables", MappingsSection.KEY, "options", "approval"),
              RowRulesReader.SECTIONS.stream())
          .toList();
  private static final List<String> CONNECTION =
      List.of("type", "host", "port", "database", "user", "credentials", "ssl");
  private static final Map<String, String> CONNECTION_HINTS =
      Map.of(
          "password",
          "a password does not belong in the spec; give credentials: env://NAME or"
              + " file:///path, or set SOURCE_PGPASSWORD or TARGET_PGPASSWORD");
  private static final Pattern TABLE_PATTERN =
      Pattern.compile("(\"(?:[^\"]|\"\")+\"|[^\".\\s]+)\\.(\"(?:[^\"]|\"\")+\"|[^\".\\s]+)");

  /** Where a secret is. */
  static final Pattern REFERENCE = Pattern.compile("env://[A-Za-z_][A-Za-z0-9_]*|file:///.+");

  private SpecFile() {}

  /**
   * Reads the file.
   *
   * @throws SpecException where it cannot be read or something in it is not as it has to be
   */
  public static MigrationSpec read(Path file) throws SpecException {
    String name = file.toString();
    String text;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new SpecException(
            "%s: a spec has at most %,d bytes; give another file".formatted(name, MAX_BYTES));
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new SpecException(name + ": the spec has to be text in UTF-8", e);
    } catch (IOException e) {
      throw new SpecException(
          "%s: the spec cannot be read (%s); give a file that exists and can be read"
              .formatted(name, e.getClass().getSimpleName()),
          e);
    }
    return parse(name, text);
  }

  /** Reads the text of a file of this name. */
  static MigrationSpec parse(String name, String text) throws SpecException {
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setCodePointLimit(MAX_BYTES);
    Node root;
    try {
      root = new Yaml(options).compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      // Only the problem is taken over: the full message quotes the file.
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      int column = e.getProblemMark() == null ? 1 : e.getProblemMark().getColumn() + 1;
      throw new SpecException(
          "%s:%d:%d: no valid YAML: %s".formatted(name, line, column, e.getProblem()));
    } catch (YAMLException e) {
      throw new SpecException("%s: no valid YAML, or nested too deep".formatted(name));
    }
    if (root == null) {
      throw new SpecException(
          "%s: the spec is empty; expected at least one of %s"
              .formatted(name, String.join(", ", SECTIONS)));
    }
    YamlSection spec = YamlSection.of(new YamlPlace(name, "", root), SECTIONS, Map.of());
    return new MigrationSpec(
        connection(spec, "source"),
        connection(spec, "target"),
        tables(spec),
        MappingsSection.read(spec),
        tuning(spec),
        approval(spec),
        RowRulesReader.read(spec));
  }

  private static Optional<DatabaseUri> connection(YamlSection spec, String side)
      throws SpecException {
    if (!spec.has(side)) {
      return Optional.empty();
    }
    YamlSection section = spec.value(side).section(CONNECTION, CONNECTION_HINTS);
    String type = required(section, side, "type");
    if (!type.equals("postgresql")) {
      throw section
          .value("type")
          .place()
          .error(
              type.equals("mysql") || type.equals("mariadb")
                  ? "%s.type: MySQL and MariaDB are not built yet; allowed: postgresql"
                      .formatted(side)
                  : "%s.type has to be postgresql".formatted(side));
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    if (section.has("ssl")) {
      parameters.put("sslmode", section.value("ssl").choice("", sslModes()));
    }
    if (section.has("credentials")) {
      parameters.put(DatabaseUri.PASSWORD_REFERENCE, credentials(section, side));
    }
    try {
      return Optional.of(
          new DatabaseUri(
              required(section, side, "user"),
              Optional.empty(),
              required(section, side, "host"),
              (int) section.value("port").integer(DatabaseUri.DEFAULT_PORT, 1, 65_535),
              required(section, side, "database"),
              parameters));
    } catch (IllegalArgumentException e) {
      throw section.value("host").place().error(side + ": " + e.getMessage());
    }
  }

  /** The value itself stays out of the message: it may be a password in the wrong place. */
  private static String credentials(YamlSection section, String side) throws SpecException {
    String reference = required(section, side, "credentials");
    if (reference.startsWith("vault://")) {
      throw section
          .value("credentials")
          .place()
          .error(side + ".credentials: vault:// is not built yet; use env://NAME or file:///path");
    }
    if (!REFERENCE.matcher(reference).matches()) {
      throw section
          .value("credentials")
          .place()
          .error(
              side
                  + ".credentials has to be a reference, env://NAME or file:///path, never the"
                  + " password itself");
    }
    return reference;
  }

  private static String required(YamlSection section, String side, String key)
      throws SpecException {
    Optional<String> text = section.value(key).text();
    if (text.isEmpty()) {
      throw section.value(key).place().error("%s.%s is missing; add it".formatted(side, key));
    }
    return text.get();
  }

  private static MigrationSpec.Tables tables(YamlSection spec) throws SpecException {
    YamlSection section = spec.value("tables").section(List.of("include", "exclude"));
    String form = "a pattern schema.table, with * as wildcard";
    return new MigrationSpec.Tables(
        section.value("include").texts(TABLE_PATTERN, form),
        section.value("exclude").texts(TABLE_PATTERN, form));
  }

  private static MigrationSpec.Tuning tuning(YamlSection spec) throws SpecException {
    YamlSection section =
        spec.value("options")
            .section(
                List.of(
                    "chunkRows",
                    "chunkMegabytes",
                    "chunkTime",
                    "batchRows",
                    "existingRows",
                    "rowHash",
                    "maxTaskAttempts",
                    "tablesInFlight",
                    "chunksInFlight",
                    "taskTimeout"));
    MigrationSpec.Tuning defaults = MigrationSpec.Tuning.DEFAULTS;
    long chunkRows = section.value("chunkRows").integer(defaults.chunkRows(), 1, 100_000_000);
    long chunkMegabytes =
        section
            .value("chunkMegabytes")
            .integer(
                section.has("chunkRows") ? 0 : defaults.chunkBytes() / BYTES_IN_A_MEGABYTE,
                0,
                MOST_MEGABYTES_IN_A_CHUNK);
    // Who says how large chunks are gets them so.
    boolean sized = section.has("chunkRows") || section.has("chunkMegabytes");
    Duration chunkTime =
        section
            .value("chunkTime")
            .duration(
                sized ? Duration.ZERO : defaults.chunkTime(), Duration.ZERO, Duration.ofMinutes(1));
    long batchRows =
        section
            .value("batchRows")
            .integer(Math.min(defaults.batchRows(), chunkRows), 1, 100_000_000);
    if (batchRows > chunkRows) {
      throw section
          .value("batchRows")
          .place()
          .error(
              "options.batchRows has to be at most options.chunkRows (%,d), found %,d"
                  .formatted(chunkRows, batchRows));
    }
    return new MigrationSpec.Tuning(
        chunkRows,
        chunkMegabytes * BYTES_IN_A_MEGABYTE,
        chunkTime,
        batchRows,
        section.value("existingRows").choice(defaults.existingRows(), existingRows()),
        section.value("rowHash").choice(defaults.rowHash(), rowHashes()),
        (int) section.value("maxTaskAttempts").integer(defaults.maxTaskAttempts(), 1, 100),
        (int) section.value("tablesInFlight").integer(defaults.tablesInFlight(), 1, 1_000),
        (int) section.value("chunksInFlight").integer(defaults.chunksInFlight(), 1, 1_000),
        section
            .value("taskTimeout")
            .duration(defaults.taskTimeout(), Duration.ofSeconds(1), Duration.ofDays(1)));
  }

  private static MigrationSpec.Approval approval(YamlSection spec) throws SpecException {
    YamlSection section =
        spec.value("approval")
            .section(List.of("autoApproveAbove", "reviewAbove", "milestones", "separateApprover"));
    MigrationSpec.Approval defaults = MigrationSpec.Approval.DEFAULTS;
    double auto = section.value("autoApproveAbove").number(defaults.autoApproveAbove(), 1);
    double review = section.value("reviewAbove").number(Math.min(defaults.reviewAbove(), auto), 1);
    if (review > auto) {
      throw section
          .value("reviewAbove")
          .place()
          .error(
              "approval.reviewAbove has to be at most approval.autoApproveAbove (%s), found %s"
                  .formatted(auto, review));
    }
    return new MigrationSpec.Approval(
        auto,
        review,
        section.value("milestones").choices(milestones()),
        section.value("separateApprover").flag(defaults.separateApprover()));
  }

  private static Map<String, String> sslModes() {
    Map<String, String> modes = new LinkedHashMap<>();
    modes.put("required", "require");
    modes.put("preferred", "prefer");
    modes.put("disabled", "disable");
    modes.put("verify-ca", "verify-ca");
    modes.put("verify-full", "verify-full");
    return modes;
  }

  private static Map<String, ExistingRows> existingRows() {
    Map<String, ExistingRows> choices = new LinkedHashMap<>();
    choices.put("refuse", ExistingRows.REFUSE);
    choices.put("truncate", ExistingRows.TRUNCATE);
    choices.put("append", ExistingRows.APPEND);
    return choices;
  }

  private static Map<String, RowHash> rowHashes() {
    Map<String, RowHash> choices = new LinkedHashMap<>();
    choices.put("fast", RowHash.FAST);
    choices.put("sha256", RowHash.SHA_256);
    return choices;
  }

  private static Map<String, Milestone> milestones() {
    Map<String, Milestone> choices = new LinkedHashMap<>();
    choices.put("before_execution", Milestone.BEFORE_EXECUTION);
    choices.put("before_validation", Milestone.BEFORE_VALIDATION);
    return choices;
  }
}
