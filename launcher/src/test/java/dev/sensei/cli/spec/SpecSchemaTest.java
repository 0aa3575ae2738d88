package dev.sensei.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The published schema of the spec file says what the reader does. */
final class SpecSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCHEMA = Path.of("..", "docs", "spec.schema.json");
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.*?)```");
  private static final String CONNECTION = "type: postgresql, host: h, database: d, user: u";

  private static final String RULED =
      "/properties/rules/additionalProperties/additionalProperties/oneOf/1";

  /** A mapping of the schema, and a spec that has it, with room for one more entry. */
  private record Place(String pointer, Function<String, String> spec) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("", entry -> "{" + entry + "}"),
          new Place("/properties/source", entry -> "source: {" + CONNECTION + ", " + entry + "}"),
          new Place("/properties/target", entry -> "target: {" + CONNECTION + ", " + entry + "}"),
          new Place("/properties/tables", entry -> "tables: {" + entry + "}"),
          new Place("/properties/options", entry -> "options: {" + entry + "}"),
          new Place("/properties/approval", entry -> "approval: {" + entry + "}"),
          new Place(
              "/properties/mappings/additionalProperties",
              entry -> "mappings: {a.b: {" + entry + "}}"),
          new Place(
              "/properties/mappings/additionalProperties/properties/columns/additionalProperties/oneOf/1",
              entry -> "mappings: {a.b: {columns: {c: {" + entry + "}}}}"),
          new Place(
              "/properties/mappings/additionalProperties/properties/add/additionalProperties",
              entry -> "mappings: {a.b: {add: {c: {" + entry + "}}}}"),
          new Place("/properties/recovery", entry -> "recovery: {" + entry + "}"),
          new Place(
              "/properties/recovery/properties/tables/additionalProperties",
              entry -> "recovery: {tables: {a.b: {" + entry + "}}}"),
          new Place(RULED, entry -> "rules: {a.b: {c: {" + entry + "}}}"),
          rule("not_null", ""),
          rule("unique", ""),
          rule("max_length", ""),
          rule("range", "least: 0, "),
          rule("reference", ""),
          new Place("/properties/errors", entry -> "errors: {" + entry + "}"));

  /** The long form of a rule, with the entries that it has to have before one more is looked at. */
  private static Place rule(String kind, String entries) {
    return new Place(
        RULED + "/properties/" + kind + "/oneOf/1",
        entry -> "rules: {a.b: {c: {" + kind + ": {" + entries + entry + "}}}}");
  }

  @Test
  void everyKeyOfTheReaderIsInTheSchemaAndTheOtherWayRound() throws Exception {
    JsonNode schema = JSON.readTree(SCHEMA.toFile());
    assertThat(objects(schema, "")).hasSize(PLACES.size());
    for (Place place : PLACES) {
      String message = refusal(place.spec().apply("noSuchKey: 1"));
      Matcher allowed = Pattern.compile("allowed: (.*)").matcher(message);
      assertThat(allowed.find()).as(message).isTrue();
      assertThat(keys(schema.at(place.pointer())))
          .as(place.pointer())
          .isEqualTo(new TreeSet<>(List.of(allowed.group(1).split(", "))));
    }
  }

  @Test
  void everyEnumAndBoundOfTheReaderIsThatOfTheSchema() throws Exception {
    JsonNode schema = JSON.readTree(SCHEMA.toFile());
    List<String> compared = new ArrayList<>();
    for (Place place : PLACES) {
      schema
          .at(place.pointer())
          .path("properties")
          .properties()
          .forEach(
              property -> {
                String key = property.getKey();
                JsonNode value = shortForm(property.getValue());
                boolean list = value.has("items");
                JsonNode one = list ? value.get("items") : value;
                String other =
                    list
                        ? "[noSuchWord]"
                        : one.path("type").asText().equals("integer") ? "-1" : "noSuchWord";
                String message = refusal(place.spec().apply(key + ": " + other));
                if (one.has("enum") && one.get("enum").size() > 1) {
                  assertThat(message).contains("one of " + words(one.get("enum")) + ",");
                  compared.add(key);
                } else if (one.has("minimum")) {
                  assertThat(message)
                      .contains(
                          one.path("type").asText().equals("integer")
                              ? "from %,d to %,d,"
                                  .formatted(
                                      one.get("minimum").asLong(), one.get("maximum").asLong())
                              : "from %s to %s,"
                                  .formatted(
                                      one.get("minimum").asText(), one.get("maximum").asText()));
                  compared.add(key);
                }
              });
    }
    assertThat(compared)
        .contains(
            "ssl", "port", "existingRows", "rowHash", "milestones", "chunkRows", "reviewAbove")
        .contains("tooLong", "outOfRange", "orphans", "remedy", "max_length", "characters")
        .contains("maxRows", "maxPercent")
        .hasSize(35);
  }

  @Test
  void theRulesThatOneWordSaysAreThoseOfTheSchema() throws Exception {
    JsonNode words =
        JSON.readTree(SCHEMA.toFile())
            .at("/properties/rules/additionalProperties/additionalProperties/oneOf/0/enum");
    assertThat(refusal("rules: {a.b: {c: noSuchWord}}")).contains("one of " + words(words) + ",");
  }

  /** What may stand in the place of a mapping, where the schema has both. */
  private static JsonNode shortForm(JsonNode value) {
    return value.path("oneOf").path(1).has("additionalProperties") ? value.at("/oneOf/0") : value;
  }

  /** The words as messages list them; the word null and its value in JSON are one. */
  private static String words(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(JsonNode::asText)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  static Stream<String> good() throws IOException {
    return Stream.concat(
        Stream.of(
            "options: {}",
            "options: {chunkTime: 0s}",
            "options: {chunkTime: 60000ms}",
            "options: {chunkTime: 60s}",
            "options: {chunkTime: 1m}",
            "options: {taskTimeout: 1000ms}",
            "options: {taskTimeout: 86400s}",
            "options: {taskTimeout: 1440m}",
            "options: {taskTimeout: 24h}",
            "options: {taskTimeout: 0030s}",
            "approval: {autoApproveAbove: 1, reviewAbove: 0}",
            "source: {" + CONNECTION + ", ssl: verify-full, credentials: env://X}",
            "tables: {include: ['a.*', 'a.\"Odd Name\"', '\"a.b\".\"we\"\"ird\"']}",
            "mappings: {'\"a.b\".\"we\"\"ird\"': {target: '\"c\"\"d\".e'}}",
            "rules: {'\"a.b\".\"we\"\"ird\"': {c: {reference: '\"x\"\"y\".z(c)'}}}",
            "mappings: {}",
            "mappings: {'s.\"Odd Name\"': {target: t.b}}",
            "mappings: {a.b: {columns: {c: drop, d: {type: int}, 'E f': {target: drop}}}}",
            "mappings: {a.b: {add: {c: {constant: 5}, d: {constant: 0.5, type: real}, e: {constant:"
                + " ''}}}}",
            "mappings: {a.b: {add: {c: {constant: true, required: true}, d: {expression: a ||"
                + " b}}}}",
            "mappings: {a.b: {add: {c: {constant: 1e3}, d: {constant: .5}, e: {constant: -5}}}}",
            "mappings: {a.b: {add: {c: {constant: 9223372036854775807}}}}",
            "mappings: {a.b: {add: {c: {constant: 12345678901234567890}}}}",
            "mappings: {a.b: {add: {c: {constant: 00123, type: text}, d: {constant: NO, type:"
                + " text}}}}",
            "mappings: {a.b: {add: {c: {constant: 12:30, type: time}, d: {constant: 2024-01-01,"
                + " type: date}}}}",
            "recovery: {}",
            "recovery: {tooLong: truncate, outOfRange: clamp, nullInNotNull: default}",
            "recovery: {nulBytes: strip, duplicates: keep_first, orphans: queue}",
            "recovery: {outOfRange: null, duplicates: keep_last, orphans: fail}",
            "recovery: {outOfRange: 'null', orphans: migrate_parent}",
            "recovery: {tables: {a.b: {tooLong: queue}, 'a.\"Odd Name\"': {orphans: fail}}}",
            "rules: {}",
            "rules: {a.b: {c: unique, 'E f': not_null}}",
            "rules: {a.b: {c: {not_null: true, unique: true}}}",
            "rules: {a.b: {c: {not_null: {remedy: default}}}}",
            "rules: {a.b: {c: {not_null: {remedy: default, default: false}}}}",
            "rules: {a.b: {c: {not_null: {remedy: default, default: ''}}}}",
            "rules: {a.b: {c: {not_null: {remedy: default, default: NO}}}}",
            "rules: {a.b: {c: {not_null: {remedy: default, default: 12:30}}}}",
            "rules: {a.b: {c: {unique: {with: [d, e], remedy: keep_last, order: f}}}}",
            "rules: {a.b: {c: {unique: {remedy: keep_first}}}}",
            "rules: {a.b: {c: {max_length: 0}}}",
            "rules: {a.b: {c: {max_length: 10485760}}}",
            "rules: {a.b: {c: {max_length: {characters: 80, remedy: truncate}}}}",
            "rules: {a.b: {c: {range: [0, 100]}}}",
            "rules: {a.b: {c: {range: [-0.5, '2026-01-01']}}}",
            "rules: {a.b: {c: {range: [1900-01-01, 2026-01-01]}}}",
            "rules: {a.b: {c: {range: {least: 0}}}}",
            "rules: {a.b: {c: {range: {most: 10:30, remedy: null}}}}",
            "rules: {a.b: {c: {range: {least: 0, most: 1, remedy: clamp}}}}",
            "rules: {a.b: {c: {pattern: '[^@]+@[^@]+'}}}",
            "rules: {a.b: {c: {reference: shop.countries(code)}}}",
            "rules: {a.b: {c: {reference: 's.\"Odd (x)\" ( Odd Name )'}}}",
            "rules: {a.b: {c: {reference: {to: 's.t(id)'}}}}",
            "rules: {a.b: {c: {reference: {to: 's.t(id, line)', with: [d]}}}}",
            "errors: {}",
            "errors: {maxRows: 0, maxPercent: 0}",
            "errors: {maxRows: 10000, maxPercent: 100, key: 'file:///run/key'}",
            "errors: {maxRows: 10_000, maxPercent: 0.5, key: env://QUEUE_KEY}"),
        examples());
  }

  @ParameterizedTest
  @MethodSource("good")
  void whatTheReaderTakesTheSchemaTakes(String yaml) throws Exception {
    assertThat(SpecFile.parse("m.yaml", yaml)).isNotNull();
    assertThat(problems(yaml)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "option: {}",
        "options: {chunkRows: many}",
        "options: {chunkRows: 0}",
        "options: {chunkMegabytes: 257}",
        "options: {chunkTime: 60001ms}",
        "options: {chunkTime: 61s}",
        "options: {chunkTime: 2m}",
        "options: {chunkTime: 1h}",
        "options: {taskTimeout: 999ms}",
        "options: {taskTimeout: 0s}",
        "options: {taskTimeout: 86401s}",
        "options: {taskTimeout: 1441m}",
        "options: {taskTimeout: 25h}",
        "options: {taskTimeout: 30}",
        "options: {taskTimeout: 00000000030s}",
        "options: [a]",
        "approval: {autoApproveAbove: 1.5}",
        "approval: {milestones: [at_lunch]}",
        "approval: {separateApprover: maybe}",
        "tables: {include: [orders]}",
        "source: {type: postgresql}",
        "source: {type: mysql, host: h, database: d, user: u}",
        "source: {type: postgresql, host: h, database: d, user: u, port: 70000}",
        "source: {type: postgresql, host: h, database: d, user: u, ssl: maybe}",
        "source: {type: postgresql, host: h, database: d, user: u, credentials: s3cret}",
        "source: {type: postgresql, host: h, database: d, user: u, credentials: 'vault://x'}",
        "mappings: {orders: {target: a.b}}",
        "mappings: {'a.*': {target: a.b}}",
        "mappings: {a.b: {}}",
        "mappings: {a.b: {target: b}}",
        "mappings: {a.b: drop}",
        "mappings: {a.b: {columns: {c: dropped}}}",
        "mappings: {a.b: {columns: {c: {}}}}",
        "mappings: {a.b: {columns: {c: {constant: 1}}}}",
        "mappings: {a.b: {columns: {c: {type: ''}}}}",
        "mappings: {a.b: {columns: {'': drop}}}",
        "mappings: {a.b: {add: {c: {type: text}}}}",
        "mappings: {a.b: {add: {c: {constant: 1, expression: a}}}}",
        "mappings: {a.b: {add: {c: {constant: [1]}}}}",
        "mappings: {a.b: {add: {c: {constant: }}}}",
        "mappings: {a.b: {add: {c: {constant: {a: 1}}}}}",
        "mappings: {a.b: {add: {c: {constant: 1, required: maybe}}}}",
        "recovery: queue",
        "recovery: {too_long: queue}",
        "recovery: {tooLong: clamp}",
        "recovery: {tooLong: null}",
        "recovery: {outOfRange: [clamp]}",
        "recovery: {nullInNotNull: strip}",
        "recovery: {nulBytes: true}",
        "recovery: {duplicates: keep}",
        "recovery: {orphans: migrate}",
        "recovery: {tables: {customers: {tooLong: queue}}}",
        "recovery: {tables: {'a.*': {tooLong: queue}}}",
        "recovery: {tables: {'a.?': {tooLong: queue}}}",
        "recovery: {tables: {a.b: {}}}",
        "recovery: {tables: {a.b: queue}}",
        "recovery: {tables: {a.b: {tables: {}}}}",
        "rules: [a.b]",
        "rules: {b: {c: unique}}",
        "rules: {'a.*': {c: unique}}",
        "rules: {a.b: {}}",
        "rules: {a.b: unique}",
        "rules: {a.b: {'': unique}}",
        "rules: {a.b: {c: pattern}}",
        "rules: {a.b: {c: [unique]}}",
        "rules: {a.b: {c: }}",
        "rules: {a.b: {c: {}}}",
        "rules: {a.b: {c: {maxLength: 5}}}",
        "rules: {a.b: {c: {not_null: false}}}",
        "rules: {a.b: {c: {not_null: {default: 5}}}}",
        "rules: {a.b: {c: {not_null: {remedy: queue, default: 5}}}}",
        "rules: {a.b: {c: {not_null: {remedy: default, default: }}}}",
        "rules: {a.b: {c: {not_null: {remedy: default, default: [5]}}}}",
        "rules: {a.b: {c: {unique: yes please}}}",
        "rules: {a.b: {c: {unique: {with: d}}}}",
        "rules: {a.b: {c: {unique: {with: [d, d]}}}}",
        "rules: {a.b: {c: {unique: {with: ['']}}}}",
        "rules: {a.b: {c: {unique: {order: d}}}}",
        "rules: {a.b: {c: {unique: {remedy: queue, order: d}}}}",
        "rules: {a.b: {c: {unique: {remedy: keep_first, order: ''}}}}",
        "rules: {a.b: {c: {unique: {remedy: truncate}}}}",
        "rules: {a.b: {c: {max_length: -1}}}",
        "rules: {a.b: {c: {max_length: 10485761}}}",
        "rules: {a.b: {c: {max_length: true}}}",
        "rules: {a.b: {c: {max_length: {remedy: truncate}}}}",
        "rules: {a.b: {c: {max_length: {characters: -1}}}}",
        "rules: {a.b: {c: {range: 5}}}",
        "rules: {a.b: {c: {range: [5]}}}",
        "rules: {a.b: {c: {range: [1, 2, 3]}}}",
        "rules: {a.b: {c: {range: [null, 5]}}}",
        "rules: {a.b: {c: {range: [[1], 5]}}}",
        "rules: {a.b: {c: {range: [false, true]}}}",
        "rules: {a.b: {c: {range: {}}}}",
        "rules: {a.b: {c: {range: {remedy: clamp}}}}",
        "rules: {a.b: {c: {range: {least: ' '}}}}",
        "rules: {a.b: {c: {range: {least: 0, remedy: truncate}}}}",
        "rules: {a.b: {c: {pattern: ''}}}",
        "rules: {a.b: {c: {pattern: 5}}}",
        "rules: {a.b: {c: {pattern: {regex: x}}}}",
        "rules: {a.b: {c: {reference: s.t}}}",
        "rules: {a.b: {c: {reference: 't(id)'}}}",
        "rules: {a.b: {c: {reference: 's.t()'}}}",
        "rules: {a.b: {c: {reference: 's.*(id)'}}}",
        "rules: {a.b: {c: {reference: 's.t(id, line)'}}}",
        "rules: {a.b: {c: {reference: {with: [d]}}}}",
        "rules: {a.b: {c: {reference: {to: 's.t(id,)', with: [d]}}}}",
        "rules: {a.b: {c: {reference: {to: 's.t(id)', remedy: queue}}}}",
        "errors: {maxRows: -1}",
        "errors: {maxRows: 10001}",
        "errors: {maxRows: 0.5}",
        "errors: {maxPercent: 100.5}",
        "errors: {maxPercent: -1}",
        "errors: {maxPercent: half}",
        "errors: {key: hunter2}",
        "errors: {key: 'env://1X'}",
        "errors: {key: 'file:///'}",
        "errors: {maxErrors: 5}"
      })
  void whatTheReaderRefusesTheSchemaRefuses(String yaml) throws Exception {
    assertThat(refusal(yaml)).startsWith("m.yaml:");
    assertThat(problems(yaml)).isNotEmpty();
  }

  /** A schema sees what YAML made of a value, and not how it was written. */
  @ParameterizedTest
  @ValueSource(strings = {"NO", "on", "True", "00123", "0x1F", "1_000", "12:30", "2024-01-01"})
  void whatYamlMayMeanOtherwiseTheReaderAloneRefuses(String written) throws Exception {
    String yaml = "mappings: {a.b: {add: {c: {constant: %s}}}}".formatted(written);
    assertThat(refusal(yaml))
        .isEqualTo(
            "m.yaml:1:38: mappings.a.b.add.c.constant may be read as more than one thing, found"
                + " \"%s\"; put it in quotes and give a type",
            written);
    assertThat(problems(yaml)).isEmpty();
  }

  @Test
  void theReadmeHasExamples() throws IOException {
    assertThat(examples().filter(example -> example.contains("mappings:"))).isNotEmpty();
  }

  private static Stream<String> examples() throws IOException {
    return EXAMPLE.matcher(Files.readString(README)).results().map(found -> found.group(1));
  }

  private static String refusal(String yaml) {
    try {
      return "nothing is wrong with " + SpecFile.parse("m.yaml", yaml);
    } catch (SpecException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  private static List<String> problems(String yaml) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(SCHEMA));
    Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return schema.validate(JSON.valueToTree(document)).stream()
        .map(problem -> problem.getMessage())
        .toList();
  }

  private static Set<String> keys(JsonNode object) {
    Set<String> keys = new TreeSet<>();
    object.path("properties").fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** The places of all mappings whose keys the schema names. */
  private static List<String> objects(JsonNode node, String pointer) {
    List<String> all = new ArrayList<>();
    if (node.isObject() && node.path("additionalProperties").isBoolean()) {
      all.add(pointer);
    }
    node.properties()
        .forEach(each -> all.addAll(objects(each.getValue(), pointer + "/" + each.getKey())));
    if (node.isArray()) {
      node.forEach(each -> all.addAll(objects(each, pointer)));
    }
    return all;
  }
}
