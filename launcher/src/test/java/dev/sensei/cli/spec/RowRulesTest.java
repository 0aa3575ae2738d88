package dev.sensei.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RowRulesTest {
  @Test
  void everyRemedyAndEveryRuleIsRead() throws SpecException {
    RowRules rows =
        SpecFile.parse(
                "m.yaml",
                """
                recovery:
                  tooLong: truncate
                  outOfRange: null
                  nullInNotNull: default
                  nulBytes: strip
                  duplicates: keep_last
                  orphans: queue
                  tables:
                    shop.customers: {tooLong: queue, orphans: migrate_parent}
                rules:
                  shop.customers:
                    name: not_null
                    code: unique
                    age: {range: [0, 120], not_null: {remedy: default, default: 18}}
                    email:
                      max_length: {characters: 80, remedy: truncate}
                      pattern: '[^@]+@[^@]+'
                    born: {range: {least: 1900-01-01, remedy: clamp}}
                    country: {reference: shop.countries(code)}
                  shop."Odd Name":
                    a: {unique: {with: [b], remedy: keep_first, order: at}, max_length: 5}
                    b: {reference: {to: "shop.lines(id, line)", with: [c]}}
                errors: {maxRows: 1_000, maxPercent: 0.5, key: "env://QUEUE_KEY"}
                """)
            .rows();
    assertThat(rows.recovery())
        .containsExactly(
            new Recovery(
                "",
                RowRemedy.TRUNCATE,
                RowRemedy.SET_NULL,
                RowRemedy.USE_DEFAULT,
                RowRemedy.STRIP,
                RowRemedy.KEEP_LAST,
                RowRemedy.QUEUE),
            new Recovery(
                "shop.customers",
                RowRemedy.QUEUE,
                RowRemedy.UNKNOWN,
                RowRemedy.UNKNOWN,
                RowRemedy.UNKNOWN,
                RowRemedy.UNKNOWN,
                RowRemedy.MIGRATE_PARENT));
    assertThat(rows.rules().stream().map(RowRulesTest::told))
        .containsExactly(
            "shop.customers [name] NOT_NULL UNKNOWN",
            "shop.customers [code] UNIQUE UNKNOWN",
            "shop.customers [age] RANGE UNKNOWN",
            "shop.customers [age] NOT_NULL USE_DEFAULT",
            "shop.customers [email] MAX_LENGTH TRUNCATE",
            "shop.customers [email] PATTERN UNKNOWN",
            "shop.customers [born] RANGE CLAMP",
            "shop.customers [country] REFERENCE UNKNOWN",
            "shop.\"Odd Name\" [a, b] UNIQUE KEEP_FIRST",
            "shop.\"Odd Name\" [a] MAX_LENGTH UNKNOWN",
            "shop.\"Odd Name\" [b, c] REFERENCE UNKNOWN");
    assertThat(rows.rules().get(2))
        .extracting(DeclaredRule::getLeast, DeclaredRule::getMost)
        .containsExactly("0", "120");
    assertThat(rows.rules().get(3).getDefaultValue()).isEqualTo("18");
    assertThat(rows.rules().get(6).getLeast()).isEqualTo("1900-01-01");
    assertThat(rows.rules().get(6).getMost()).isNull();
    assertThat(rows.rules().get(8).getOrderBy()).isEqualTo("at");
    assertThat(rows.rules().get(10).getReferencedColumns()).containsExactly("id", "line");
    assertThat(rows.rules().get(9).getMaxLength()).isEqualTo(5);
    assertThat(rows.maxRows()).isEqualTo(1_000);
    assertThat(rows.maxPercent()).isEqualTo(0.5);
    assertThat(rows.key()).contains("env://QUEUE_KEY");
  }

  @Test
  void theExampleInTheReadmeIsRead() throws Exception {
    String readme = Files.readString(Path.of("../README.md"));
    int from = readme.indexOf("```yaml") + "```yaml".length();
    MigrationSpec spec =
        SpecFile.parse("README.md", readme.substring(from, readme.indexOf("```", from)));
    assertThat(spec.rows().recovery()).hasSize(2);
    assertThat(spec.rows().rules()).hasSize(7);
  }

  private static String told(DeclaredRule rule) {
    return "%s %s %s %s"
        .formatted(rule.getTable(), rule.getColumns(), rule.getKind(), rule.getRemedy());
  }

  @Test
  void theyTravelInTheOptionsAndNothingIsSaidWhereNothingIsSet() throws SpecException {
    Options unset = SpecFile.parse("m.yaml", "tables: {include: [a.b]}").toContract();
    assertThat(unset.getRecovery()).isEmpty();
    assertThat(unset.getRules()).isEmpty();
    assertThat(unset.getErrorMaxRows()).isZero();
    assertThat(unset.getErrorMaxPercent()).isEqualTo(100);
    assertThat(unset.getErrorKey()).isNull();
    Options set =
        SpecFile.parse(
                "m.yaml",
                "{rules: {a.b: {c: not_null}}, errors: {maxRows: 5, key: \"file:///key\"}}")
            .toContract();
    assertThat(set.getRules().getFirst().getKind()).isEqualTo(RuleKind.NOT_NULL);
    assertThat(set.getErrorKey()).isEqualTo("file:///key");
    assertThat(set.getRules().getFirst().getColumns()).isEqualTo(List.of("c"));
  }

  @Test
  void namesAndTextsHaveTheBoundsThatMappingsHave() {
    assertThatThrownBy(
            () -> SpecFile.parse("m.yaml", "rules: {a.b: {%s: unique}}".formatted("c".repeat(64))))
        .hasMessageContaining(
            "rules.a.b has to be a mapping by a column of the target, of 1 to 63");
    for (String rule :
        List.of(
            "pattern: '%s'", "range: ['%s', 5]", "not_null: {remedy: default, default: '%s'}")) {
      assertThatThrownBy(
              () ->
                  SpecFile.parse(
                      "m.yaml",
                      "rules: {a.b: {c: {%s}}}".formatted(rule.formatted("x".repeat(8_193)))))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("of at most 8,192 characters")
          .message()
          .doesNotContain("xx");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recovery: {tooLong: cut} | m.yaml:1:21: recovery.tooLong has to be one of queue, truncate,"
            + " found \"cut\"",
        "recovery: {tooLong: null} | m.yaml:1:21: recovery.tooLong has to be one of queue,"
            + " truncate, found nothing",
        "recovery: {too_long: queue} | m.yaml:1:12: unknown key \"too_long\" in recovery (did you"
            + " mean tooLong?)",
        "recovery: {tables: {customers: {}}} | recovery.tables has to be a mapping by a table"
            + " schema.table of the source, found \"customers\"",
        "rules: {a.b: {c: {length: 3}}} | unknown key \"length\" in rules.a.b.c",
        "rules: {a.b: {c: {not_null: false}}} | rules.a.b.c.not_null has to be true, or to be left"
            + " out",
        "rules: {a.b: {c: {range: [1]}}} | rules.a.b.c.range has to be a list of a least and a most"
            + " value, found 1 values",
        "rules: {a.b: {c: {range: {remedy: clamp}}}} | range needs a least, a most, or both; add"
            + " one",
        "rules: {a.b: {c: {max_length: many}}} | rules.a.b.c.max_length has to be an integer",
        "rules: {a.b: {c: {reference: x}}} | rules.a.b.c.reference has to be schema.table(column)"
            + " of the source",
        "rules: {a.b: {c: {reference: 'x.y(a, b)'}}} | a reference has as many columns as it refers"
            + " to, found 1 and 2; name the others in with",
        "rules: {a.b: {c: {not_null: {default: 5}}}} | a default needs remedy: default beside it",
        "rules: {a.b: {c: {unique: {order: d}}}} | an order needs remedy: keep_first or keep_last"
            + " beside it",
        "recovery: {orphans: cut} | m.yaml:1:21: recovery.orphans has to be one of queue, fail,"
            + " migrate_parent, found \"cut\"",
        "recovery: {tables: {a.b: {}}} | recovery.tables.a.b says nothing; give at least one of"
            + " tooLong, outOfRange,",
        "recovery: {tables: {a.b: {tooLong: queue}, '\"a\".b': {tooLong: truncate}}} | a.b stands"
            + " twice in recovery.tables; keep one",
        "rules: {a.b: {c: unique}, 'a.\"b\"': {c: not_null}} | a.b stands twice in rules; keep one",
        "rules: {'a.?': {c: unique}} | rules has to be a mapping by a table schema.table of the"
            + " source, found \"a.?\"",
        "rules: {a.b: {}} | rules.a.b says nothing; give rules of its columns, or leave it out",
        "rules: {a.b: {c: {}}} | rules.a.b.c says nothing; give at least one of not_null, unique,",
        "rules: {a.b: {c: positive}} | rules.a.b.c has to be one of not_null, unique, found",
        "rules: {a.b: {c: {range: [no, yes]}}} | rules.a.b.c.range has to be a number, or a text"
            + " such as a date, found true or false",
        "rules: {a.b: {c: {range: {least: ''}}}} | rules.a.b.c.range.least has to be a number, or a"
            + " text such as a date, found an empty text",
        "rules: {a.b: {c: {unique: {with: [c]}}}} | rules.a.b.c.unique names a column twice; name"
            + " each other column once",
        "rules: {a.b: {c: {reference: 'x.y( )'}}} | rules.a.b.c.reference has to be"
            + " schema.table(column) of the source",
        "errors: {maxRows: 10001} | errors.maxRows has to be an integer from 0 to 10,000",
        "errors: {maxPercent: 101} | errors.maxPercent has to be a number from 0 to 100, found",
        "errors: {key: hunter2} | errors.key has to be a reference, env://NAME or file:///path,"
            + " never the key itself, found another text"
      })
  void whatIsWrongIsNamedWithItsPlace(String yaml, String expected) {
    assertThatThrownBy(() -> SpecFile.parse("m.yaml", yaml))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining(expected)
        .message()
        .doesNotContain("hunter2");
  }
}
