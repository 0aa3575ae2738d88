package dev.sensei.orchestrator.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.MigrationState;
import dev.sensei.orchestrator.fold.Report;
import dev.sensei.orchestrator.fold.TableState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroCodecTest {

  @BeforeAll
  static void trustTheContracts() {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.DEFAULT,
            type -> type.getPackageName().startsWith("dev.sensei.schemas")));
  }

  static Stream<Class<?>> types() {
    return Stream.concat(
        AvroCodec.FAMILIES.keySet().stream().flatMap(family -> AvroCodec.leaves(family).stream()),
        Stream.of(MigrationState.class, TableState.class));
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeHasItsCounterpartWithTheSameFieldsInTheSameOrder(Class<? extends Record> type) {
    assertThat(Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName))
        .containsExactlyElementsOf(
            AvroCodec.schema(type).getFields().stream().map(Schema.Field::name).toList());
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeComesBackFromBytesAsItWas(Class<? extends Record> type) throws Exception {
    for (int seed = 1; seed <= 3; seed++) {
      Record value = (Record) sample(type, seed);
      assertThat(AvroCodec.fromAvro(type, throughBytes(AvroCodec.toAvro(value))))
          .isEqualTo(Optional.of(value));
    }
  }

  @Test
  void aRecordOfAnotherFamilyIsNotTakenForOne() throws Exception {
    Record report = (Record) sample(Report.TaskHeartbeat.class, 1);
    assertThat(AvroCodec.fromAvro(Event.class, AvroCodec.toAvro(report))).isEmpty();
  }

  @Test
  void typesWithDifferentFieldsAreRefused() {
    record Other(MigrationId migrationId) {}
    assertThatIllegalStateException()
        .isThrownBy(() -> new RecordMapping(Other.class, AvroCodec.schema(TableState.class)))
        .withMessageContaining("different numbers of fields");
  }

  private static SpecificRecord throughBytes(SpecificRecord avro) throws IOException {
    var out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new SpecificDatumWriter<SpecificRecord>(avro.getSchema()).write(avro, encoder);
    encoder.flush();
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(out.toByteArray(), null);
    return new SpecificDatumReader<SpecificRecord>(avro.getSchema()).read(null, decoder);
  }

  /** Some value of the type, other for each seed; odd seeds leave optional things out. */
  private static Object sample(Type type, int seed) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      Object element = sample(generic.getActualTypeArguments()[0], seed);
      if (generic.getRawType() == List.class) {
        return seed % 3 == 0 ? List.of() : List.of(element, element);
      }
      return seed % 2 == 0 ? Optional.of(element) : Optional.empty();
    }
    Class<?> java = (Class<?>) type;
    if (java == String.class) {
      return "text ä " + seed;
    } else if (java == int.class || java == Integer.class) {
      return seed;
    } else if (java == long.class || java == Long.class) {
      return seed * 10_000_000_000L;
    } else if (java == double.class) {
      return seed / 8.0;
    } else if (java == boolean.class) {
      return seed % 2 == 0;
    } else if (java == Instant.class) {
      return Instant.ofEpochMilli(1_700_000_000_000L + seed);
    } else if (java.isEnum()) {
      return java.getEnumConstants()[seed % java.getEnumConstants().length];
    }
    RecordComponent[] components = java.getRecordComponents();
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = sample(components[i].getGenericType(), seed);
    }
    Constructor<?> constructor =
        java.getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    return constructor.newInstance(arguments);
  }
}
