package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.CompositeType;
import dev.sensei.databases.catalog.Domain;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.Routine;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import dev.sensei.databases.catalog.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The comments on everything that is carried. */
final class CommentStatements {
  /** What every new database says on its schema {@code public}; only its owner may say it again. */
  private static final String STANDARD = "standard public schema";

  private final List<Statement> all = new ArrayList<>();

  private CommentStatements() {}

  static List<Statement> of(Catalog catalog) {
    CommentStatements comments = new CommentStatements();
    catalog
        .schemas()
        .forEach(
            schema ->
                comments.add(
                    "SCHEMA " + SqlIdentifier.quote(schema.name()),
                    schema.comment().filter(text -> !text.equals(STANDARD))));
    // An extension brings its own comment; only a trusted owner may change it, and rarely does.
    catalog.enums().forEach(type -> comments.add("TYPE " + type.name().quoted(), type.comment()));
    catalog.domains().forEach(comments::domain);
    catalog.composites().forEach(comments::composite);
    for (Routine routine : catalog.routines()) {
      comments.add(routine.kind() + " " + routine.name(), routine.comment());
    }
    catalog
        .allSequences()
        .forEach(
            sequence -> comments.add("SEQUENCE " + sequence.name().quoted(), sequence.comment()));
    catalog.tables().forEach(comments::table);
    catalog.views().forEach(comments::view);
    return comments.all;
  }

  private void domain(Domain domain) {
    add("DOMAIN " + domain.name().quoted(), domain.comment());
    for (Check check : domain.checks()) {
      add(
          "CONSTRAINT "
              + SqlIdentifier.quote(check.name())
              + " ON DOMAIN "
              + domain.name().quoted(),
          check.comment());
    }
  }

  private void composite(CompositeType type) {
    add("TYPE " + type.name().quoted(), type.comment());
    for (CompositeType.Attribute attribute : type.attributes()) {
      column(type.name(), attribute.name(), attribute.comment());
    }
  }

  private void table(Table table) {
    TableName name = table.name();
    add("TABLE " + name.quoted(), table.comment());
    for (Column column : table.columns()) {
      column(name, column.name(), column.comment());
      column
          .notNull()
          .ifPresent(
              notNull ->
                  notNull
                      .name()
                      .ifPresent(constraint -> constraint(name, constraint, notNull.comment())));
    }
    for (Key key : table.keys()) {
      constraint(name, key.name(), key.comment());
      add("INDEX " + new TableName(name.schema(), key.name()).quoted(), key.indexComment());
    }
    for (ForeignKey key : table.foreignKeys()) {
      constraint(name, key.name(), key.comment());
    }
    for (Check check : table.checks()) {
      constraint(name, check.name(), check.comment());
    }
    indexes(table.indexes());
    rules(table.rules(), name);
  }

  private void view(View view) {
    add(
        (view.materialized() ? "MATERIALIZED VIEW " : "VIEW ") + view.name().quoted(),
        view.comment());
    for (View.ViewColumn column : view.columns()) {
      column(view.name(), column.name(), column.comment());
    }
    indexes(view.indexes());
    rules(view.rules(), view.name());
  }

  private void indexes(List<Index> indexes) {
    for (Index index : indexes) {
      if (index.valid()) {
        add("INDEX " + index.name().quoted(), index.comment());
      }
    }
  }

  private void rules(List<TableRule> rules, TableName on) {
    for (TableRule rule : rules) {
      String kind = PostTableStatements.kind(rule.kind()).toUpperCase(Locale.ROOT) + " ";
      String place =
          switch (rule.kind()) {
            case STATISTICS -> "";
            case TRIGGER, RULE, POLICY -> " ON " + on.quoted();
          };
      add(kind + rule.name() + place, rule.comment());
    }
  }

  private void column(TableName relation, String column, Optional<String> comment) {
    add("COLUMN " + relation.quoted() + "." + SqlIdentifier.quote(column), comment);
  }

  private void constraint(TableName table, String constraint, Optional<String> comment) {
    add("CONSTRAINT " + SqlIdentifier.quote(constraint) + " ON " + table.quoted(), comment);
  }

  private void add(String object, Optional<String> comment) {
    comment.ifPresent(
        text ->
            all.add(
                new Statement(
                    "COMMENT ON " + object + " IS " + SqlLiteral.quote(text),
                    "comment on " + object,
                    Section.COMMENTS)));
  }
}
