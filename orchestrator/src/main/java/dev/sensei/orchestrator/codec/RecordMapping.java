package dev.sensei.orchestrator.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** How one record type of the fold and its Avro counterpart become each other, field by name. */
final class RecordMapping {
  private final Class<?> recordType;
  private final MethodHandle construct;
  private final MethodHandle constructAvro;
  private final List<FieldMapping> fields;

  /** A component's accessor, where its field stands in the Avro record, and how values convert. */
  private record FieldMapping(MethodHandle accessor, int position, Conversion conversion) {}

  /**
   * Computes the mapping.
   *
   * @throws IllegalStateException where the two types do not have the same fields
   */
  RecordMapping(Class<?> recordType, Schema schema) {
    this.recordType = recordType;
    RecordComponent[] components = recordType.getRecordComponents();
    if (components.length != schema.getFields().size()) {
      throw mismatch(schema, "they have different numbers of fields");
    }
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      construct = lookup.findConstructor(recordType, MethodType.methodType(void.class, types));
      Class<?> avroType = generated(schema.getFullName());
      constructAvro = lookup.findConstructor(avroType, MethodType.methodType(void.class));
      FieldMapping[] mappings = new FieldMapping[components.length];
      for (int i = 0; i < components.length; i++) {
        Schema.Field field = schema.getField(components[i].getName());
        if (field == null) {
          throw mismatch(schema, "the schema lacks " + components[i].getName());
        }
        mappings[i] =
            new FieldMapping(
                lookup.unreflect(components[i].getAccessor()),
                field.pos(),
                Conversion.of(components[i].getGenericType(), field.schema()));
      }
      fields = List.of(mappings);
    } catch (ReflectiveOperationException inaccessible) {
      throw new IllegalStateException(
          "expected %s and %s to be public records with public constructors"
              .formatted(recordType, schema.getFullName()),
          inaccessible);
    }
  }

  /** The class that Avro generated for a name of one of the contracts. */
  static Class<?> generated(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException("the contracts have no " + name, missing);
    }
  }

  SpecificRecord toAvro(Object value) {
    var avro = (SpecificRecord) invoke(constructAvro);
    for (FieldMapping field : fields) {
      avro.put(field.position(), field.conversion().toAvro(invoke(field.accessor(), value)));
    }
    return avro;
  }

  Object fromAvro(SpecificRecord avro) {
    Object[] arguments = new Object[fields.size()];
    for (int i = 0; i < arguments.length; i++) {
      FieldMapping field = fields.get(i);
      arguments[i] = field.conversion().fromAvro(avro.get(field.position()));
    }
    return invoke(construct, arguments);
  }

  /** Constructors and accessors of records throw nothing checked. */
  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Throwable checked) {
      throw new IllegalStateException("a record threw a checked exception", checked);
    }
  }

  private IllegalStateException mismatch(Schema schema, String what) {
    return new IllegalStateException(
        "%s and %s are no counterparts: %s".formatted(recordType, schema.getFullName(), what));
  }
}
