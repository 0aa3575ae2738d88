package dev.sensei.orchestrator.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** How a value of one field becomes Avro's and back; null stands for Avro's null alone. */
interface Conversion {

  /** The value as Avro has it. */
  @Nullable Object toAvro(Object value);

  /** The value as the fold has it. */
  Object fromAvro(@Nullable Object avro);

  /** A conversion by two functions that know no null. */
  record ByFunctions(Function<Object, Object> to, Function<Object, Object> from)
      implements Conversion {
    @Override
    public Object toAvro(Object value) {
      return to.apply(value);
    }

    @Override
    public Object fromAvro(@Nullable Object avro) {
      if (avro == null) {
        throw new IllegalArgumentException("expected a value, found null");
      }
      return from.apply(avro);
    }
  }

  /** A conversion of what may be missing. */
  record OfOptional(Conversion element) implements Conversion {
    @Override
    public @Nullable Object toAvro(Object value) {
      Object inner = ((Optional<?>) value).orElse(null);
      return inner == null ? null : element.toAvro(inner);
    }

    @Override
    public Object fromAvro(@Nullable Object avro) {
      return avro == null ? Optional.empty() : Optional.of(element.fromAvro(avro));
    }
  }

  /**
   * The conversion between a Java type and a schema.
   *
   * @throws IllegalStateException where the two do not fit
   */
  static Conversion of(Type type, Schema schema) {
    if (type instanceof ParameterizedType generic) {
      return ofGeneric(generic, schema);
    }
    Class<?> java = (Class<?>) type;
    boolean fits =
        switch (schema.getType()) {
          case STRING -> java == String.class;
          case INT -> java == int.class || java == Integer.class;
          case LONG ->
              (java == long.class || java == Long.class)
                  ? schema.getLogicalType() == null
                  : java == Instant.class
                      && LogicalTypes.timestampMillis().equals(schema.getLogicalType());
          case DOUBLE -> java == double.class;
          case BOOLEAN -> java == boolean.class;
          case ENUM, RECORD, ARRAY, MAP, UNION, FIXED, BYTES, FLOAT, NULL -> false;
        };
    if (fits) {
      return new ByFunctions(Function.identity(), Function.identity());
    }
    if (java.isEnum() && schema.getType() == Schema.Type.ENUM) {
      return ofEnum(java, schema);
    }
    if (java.isRecord() && schema.getType() == Schema.Type.RECORD) {
      var mapping = new RecordMapping(java, schema);
      return new ByFunctions(mapping::toAvro, avro -> mapping.fromAvro((SpecificRecord) avro));
    }
    if (java.isRecord() && schema.getType() == Schema.Type.STRING) {
      return IdMapping.of(java);
    }
    throw new IllegalStateException("%s does not fit %s".formatted(type, schema));
  }

  private static Conversion ofGeneric(ParameterizedType type, Schema schema) {
    Type element = type.getActualTypeArguments()[0];
    if (type.getRawType() == List.class && schema.getType() == Schema.Type.ARRAY) {
      Conversion of = of(element, schema.getElementType());
      return new ByFunctions(
          list -> ((List<?>) list).stream().map(of::toAvro).toList(),
          list -> ((List<?>) list).stream().map(of::fromAvro).toList());
    }
    if (type.getRawType() == Optional.class
        && schema.isUnion()
        && schema.getTypes().size() == 2
        && schema.getTypes().getFirst().getType() == Schema.Type.NULL) {
      return new OfOptional(of(element, schema.getTypes().getLast()));
    }
    throw new IllegalStateException("%s does not fit %s".formatted(type, schema));
  }

  private static Conversion ofEnum(Class<?> java, Schema schema) {
    Map<String, Object> ours = byName(java);
    Map<String, Object> theirs = byName(RecordMapping.generated(schema.getFullName()));
    if (!ours.keySet().equals(theirs.keySet()) || !ours.containsKey("UNKNOWN")) {
      throw new IllegalStateException(
          "%s and %s differ, or lack UNKNOWN".formatted(java, schema.getFullName()));
    }
    return new ByFunctions(
        value -> named(theirs, (Enum<?>) value), avro -> named(ours, (Enum<?>) avro));
  }

  private static Object named(Map<String, Object> constants, Enum<?> like) {
    Object found = constants.get(like.name());
    if (found == null) {
      throw new IllegalArgumentException("no counterpart of " + like);
    }
    return found;
  }

  private static Map<String, Object> byName(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .collect(Collectors.toUnmodifiableMap(value -> ((Enum<?>) value).name(), value -> value));
  }
}
