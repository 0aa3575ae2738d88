package dev.sensei.databases.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A column of a table.
 *
 * @param position from 1, without gaps for dropped columns
 * @param type as {@code format_type} gives it, such as {@code character varying(20)}
 * @param typeOid the type's object id, which for user-defined types is the database's own
 * @param baseTypeOid the same behind all domains
 * @param local whether the table declares it itself, else it comes from a parent alone
 * @param collation quoted and qualified, where it is not the type's own
 * @param storage such as {@code EXTERNAL}, where it is not the type's own
 * @param compression such as {@code lz4}, where it is set
 * @param statisticsTarget where it is set
 * @param options such as {@code n_distinct=5}
 * @param form what decides how its values travel, where the type is not a plain one
 */
public record Column(
    String name,
    int position,
    String type,
    long typeOid,
    long baseTypeOid,
    boolean local,
    Optional<NotNull> notNull,
    Optional<String> defaultExpression,
    Optional<Identity> identity,
    Optional<Generated> generated,
    Optional<String> collation,
    Optional<String> storage,
    Optional<String> compression,
    Optional<Integer> statisticsTarget,
    List<String> options,
    Optional<String> comment,
    Optional<TypeForm> form) {

  /** Object ids from this one on belong to a database, not to PostgreSQL. */
  public static final long FIRST_USER_OID = 16_384;

  public Column {
    options = List.copyOf(options);
  }

  /** A column of a plain type. */
  public Column(
      String name,
      int position,
      String type,
      long typeOid,
      long baseTypeOid,
      boolean local,
      Optional<NotNull> notNull,
      Optional<String> defaultExpression,
      Optional<Identity> identity,
      Optional<Generated> generated,
      Optional<String> collation,
      Optional<String> storage,
      Optional<String> compression,
      Optional<Integer> statisticsTarget,
      List<String> options,
      Optional<String> comment) {
    this(
        name,
        position,
        type,
        typeOid,
        baseTypeOid,
        local,
        notNull,
        defaultExpression,
        identity,
        generated,
        collation,
        storage,
        compression,
        statisticsTarget,
        options,
        comment,
        Optional.empty());
  }

  /** Whether some part of its type has this trait. */
  public boolean has(TypeTrait trait) {
    return form.filter(parts -> parts.has(trait)).isPresent();
  }

  /** Whether the column never holds a null. */
  public boolean required() {
    return notNull.isPresent();
  }

  /** The same at another place. */
  public Column at(int place) {
    return with(place, typeOid, baseTypeOid);
  }

  Column structure() {
    return with(
        position,
        typeOid < FIRST_USER_OID ? typeOid : 0,
        baseTypeOid < FIRST_USER_OID ? baseTypeOid : 0);
  }

  private Column with(int otherPosition, long otherTypeOid, long otherBaseTypeOid) {
    return new Column(
        name,
        otherPosition,
        type,
        otherTypeOid,
        otherBaseTypeOid,
        local,
        notNull,
        defaultExpression,
        identity,
        generated,
        collation,
        storage,
        compression,
        statisticsTarget,
        options,
        comment,
        form);
  }
}
