package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TypeForm;
import dev.sensei.databases.catalog.TypeTrait;
import dev.sensei.schemas.common.FailureClass;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Looks for what of a source table the target's server cannot hold, or could only hold altered. */
final class Carriable {
  private static final int VERSION_18 = 18;
  private static final int VERSION_15 = 15;
  private static final int VERSION_14 = 14;
  private static final Pattern SINCE_18 =
      Pattern.compile(" WITHOUT OVERLAPS\\)|\\bPERIOD |NOT ENFORCED$");
  private static final Pattern SINCE_15 = Pattern.compile("NULLS NOT DISTINCT");

  private final PlanInput input;
  private final int targetVersion;

  private Carriable(PlanInput input) {
    this.input = input;
    this.targetVersion = input.target().database().majorVersion();
  }

  static Optional<Refused> find(PlanInput input) {
    Carriable check = new Carriable(input);
    return input.wanted().tables().stream()
        .flatMap(table -> check.refused(table).stream())
        .findFirst();
  }

  private Optional<Refused> refused(Table table) {
    boolean made = input.target().table(table.name()).isEmpty();
    return table.columns().stream()
        .flatMap(column -> ofColumn(table, column, made).stream())
        .findFirst()
        .or(() -> made ? ofDefinitions(table) : Optional.empty());
  }

  private Optional<Refused> ofColumn(Table table, Column column, boolean made) {
    String name = table.name() + "." + SqlIdentifier.quoteWhereNeeded(column.name());
    if (made
        && targetVersion < VERSION_18
        && column.generated().filter(how -> !how.stored()).isPresent()) {
      return newer(table, name + " is a generated column that is not stored", VERSION_18);
    }
    if (made
        && targetVersion < VERSION_14
        && column.compression().filter("lz4"::equals).isPresent()) {
      return newer(table, name + " is compressed by lz4", VERSION_14);
    }
    return column.form().flatMap(form -> ofType(table, column, form, name, made));
  }

  private Optional<Refused> ofType(
      Table table, Column column, TypeForm form, String name, boolean made) {
    if (form.has(TypeTrait.NO_INPUT) && column.generated().isEmpty()) {
      return refuse(
          "TYPE_NOT_CARRIED",
          "expected values that another server can read in %s, found the type %s, which is only written; exclude the table, or drop the column"
              .formatted(name, column.type()),
          table);
    }
    if (made && form.has(TypeTrait.ROW_OF_HEIR)) {
      return refuse(
          "ROW_TYPE_OF_HEIR",
          "expected rows of a type that keeps the order of its columns in %s, found the row type %s of a table that has parents, which may get another order; use a composite type, or exclude the table"
              .formatted(name, column.type()),
          table);
    }
    Optional<String> missing =
        form.needs().stream().filter(type -> !input.server().types().contains(type)).findFirst();
    if (made && missing.isPresent()) {
      return refuse(
          "TYPE_MISSING",
          "expected type %s of %s in the target, which a migration does not make, found none; create it there, or exclude the table"
              .formatted(missing.get(), name),
          table);
    }
    return form.moneyDigits()
        .filter(digits -> digits != input.server().moneyDigits())
        .flatMap(
            digits ->
                refuse(
                    "MONEY_DIFFERS",
                    "expected amounts of money with %d digits behind the point in the target, as %s has them, found %d; set lc_monetary of the target database to a locale with as many"
                        .formatted(digits, name, input.server().moneyDigits()),
                    table));
  }

  private Optional<Refused> ofDefinitions(Table table) {
    return Stream.of(
            table.keys().stream().map(key -> key.name() + " " + key.definition()),
            table.foreignKeys().stream().map(key -> key.name() + " " + key.definition()),
            table.checks().stream().map(check -> check.name() + " " + check.definition()),
            table.indexes().stream().map(index -> index.definition()))
        .flatMap(each -> each)
        .flatMap(
            definition -> {
              if (targetVersion < VERSION_18 && SINCE_18.matcher(definition).find()) {
                return newer(table, table.name() + " has " + definition, VERSION_18).stream();
              }
              return targetVersion < VERSION_15 && SINCE_15.matcher(definition).find()
                  ? newer(table, table.name() + " has " + definition, VERSION_15).stream()
                  : Stream.empty();
            })
        .findFirst();
  }

  private Optional<Refused> newer(Table table, String what, int since) {
    return refuse(
        "TARGET_TOO_OLD",
        "expected a target of PostgreSQL %d or later, as %s, found %d; use a newer target, or exclude the table"
            .formatted(since, what, targetVersion),
        table);
  }

  private static Optional<Refused> refuse(String code, String message, Table table) {
    return Optional.of(new Refused(FailureClass.SCHEMA, code, message, table.name().toString()));
  }
}
