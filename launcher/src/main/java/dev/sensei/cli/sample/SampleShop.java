package dev.sensei.cli.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * A believable shop in PostgreSQL: some 25 tables in a schema {@code shop}, with every common type,
 * identity and serial keys, self-references, cycles of foreign keys, a partitioned table and views.
 *
 * <p>The server makes the rows itself, by arithmetic: the same rows in every run, whatever the
 * machine. Nothing but the schema is left behind.
 *
 * @param rows rows in all tables together, about; {@value #LEAST_ROWS} to {@value #MOST_ROWS}
 */
public record SampleShop(long rows) {
  /** The smallest shop. */
  public static final long LEAST_ROWS = 1_000;

  /** The largest shop. */
  public static final long MOST_ROWS = 100_000_000;

  /** The schema that it is made in. */
  public static final String SCHEMA = "shop";

  private static final List<String> SCRIPTS = List.of("1-tables.sql", "2-rows.sql", "3-keys.sql");

  public SampleShop {
    if (rows < LEAST_ROWS || rows > MOST_ROWS) {
      throw new IllegalArgumentException(
          "a sample has %,d to %,d rows, asked for %,d".formatted(LEAST_ROWS, MOST_ROWS, rows));
    }
  }

  /**
   * Makes the shop, in one transaction; the connection's settings are as before afterwards.
   *
   * @throws SQLException where the database refuses, such as where there is a schema {@code shop}
   *     already; nothing is left behind then
   */
  public void create(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local timezone = 'UTC'; set local datestyle = 'ISO, MDY'");
      // Enough to sort the indexes of a million rows in memory.
      statement.execute("set local maintenance_work_mem = '128MB'; set local work_mem = '64MB'");
      for (String script : SCRIPTS) {
        statement.execute(text(script));
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
    try (Statement statement = connection.createStatement()) {
      // The estimates that a plan is made with come from here.
      statement.execute("analyze");
    }
  }

  private String text(String script) {
    String text;
    try (InputStream resource = SampleShop.class.getResourceAsStream(script)) {
      if (resource == null) {
        throw new IllegalStateException(script + " is missing from the build");
      }
      text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(script + " could not be read", e);
    }
    for (Map.Entry<String, Long> size : sizes().entrySet()) {
      text = text.replace("${" + size.getKey() + "}", Long.toString(size.getValue()));
    }
    return text;
  }

  /** How many rows the tables have that the others follow from. */
  private Map<String, Long> sizes() {
    return Map.of(
        "products", rows / 200,
        "customers", rows * 4 / 100,
        "addresses", rows * 5 / 100,
        "orders", rows * 12 / 100,
        "reviews", rows * 4 / 100,
        "carts", rows / 100,
        "views", rows / 10);
  }
}
