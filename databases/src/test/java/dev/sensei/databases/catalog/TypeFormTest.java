package dev.sensei.databases.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TypeFormTest {
  private static final String TABLE =
      """
      CREATE EXTENSION hstore; CREATE EXTENSION seg;
      CREATE TYPE mood AS ENUM ('calm');
      CREATE DOMAIN acl AS aclitem;
      CREATE TYPE pair AS (a mood, c regclass[]);
      CREATE TYPE span AS RANGE (subtype = mood);
      CREATE TABLE t (plain int, plain_array numeric[], a_range int4range, enum mood, enum_array mood[],
        acls acl[], pairs pair, name regtype, query tsquery, vector oidvector, amount money,
        amounts money[], tree pg_node_tree, h hstore, hs hstore[], s seg, own span, own_multi span_multirange,
        multi int4multirange, computed tsquery GENERATED ALWAYS AS ('a'::tsquery) STORED);
      """;

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void whatATypeIsMadeOfDecidesHowItsValuesTravel(TestServer server) throws SQLException {
    DatabaseUri database = server.newDatabase();
    TestServer.execute(database, TABLE);
    Map<String, TypeForm> forms = new TreeMap<>();
    Catalog catalog = read(database);
    for (Column column : catalog.tables().getFirst().columns()) {
      column.form().ifPresent(form -> forms.put(column.name(), form));
    }

    assertThat(forms)
        .containsOnly(
            Map.entry("enum_array", traits(TypeTrait.OWN_OBJECT_IDS)),
            Map.entry(
                "acls",
                traits(
                    TypeTrait.NO_BINARY_FORM, TypeTrait.NAMES_OBJECTS, TypeTrait.OWN_OBJECT_IDS)),
            Map.entry("pairs", traits(TypeTrait.NAMES_OBJECTS, TypeTrait.OWN_OBJECT_IDS)),
            Map.entry("name", traits(TypeTrait.NAMES_OBJECTS)),
            Map.entry("query", traits(TypeTrait.NO_BINARY_FORM)),
            Map.entry("computed", traits(TypeTrait.NO_BINARY_FORM)),
            Map.entry("vector", traits(TypeTrait.NO_BINARY_FORM)),
            Map.entry("amount", money()),
            Map.entry("amounts", money()),
            Map.entry("tree", traits(TypeTrait.NO_INPUT)),
            Map.entry("h", of(List.of(), "hstore")),
            Map.entry("hs", of(List.of(TypeTrait.OWN_OBJECT_IDS), "hstore")),
            Map.entry("s", of(List.of(TypeTrait.NO_BINARY_FORM), "seg")),
            Map.entry("own", needs("public.span")),
            Map.entry("own_multi", needs("public.span", "public.span_multirange")),
            Map.entry("multi", needs("pg_catalog.int4multirange")));
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void arraysOfAnExtensionsTypesComeWithTheExtension(TestServer server) throws SQLException {
    DatabaseUri database = server.newDatabase();
    TestServer.execute(database, "CREATE EXTENSION hstore; CREATE TABLE t (h hstore[], i hstore)");

    assertThat(read(database).uncarried()).isEmpty();
  }

  private static Catalog read(DatabaseUri database) throws SQLException {
    try (Connection connection = TestServer.connect(database)) {
      return CatalogReader.read(connection, CatalogScope.ALL);
    }
  }

  private static TypeForm traits(TypeTrait... traits) {
    return new TypeForm(List.of(traits), List.of(), List.of(), Optional.empty());
  }

  private static TypeForm of(List<TypeTrait> traits, String extension) {
    return new TypeForm(traits, List.of(extension), List.of(), Optional.empty());
  }

  private static TypeForm needs(String... types) {
    return new TypeForm(List.of(), List.of(), List.of(types), Optional.empty());
  }

  private static TypeForm money() {
    return new TypeForm(List.of(), List.of(), List.of(), Optional.of(2));
  }
}
