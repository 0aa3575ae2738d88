package dev.sensei.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class ContractRulesTest {
  @Test
  void everyTypeAndEveryFieldSaysWhatItIs() {
    Stream<String> undocumented =
        Contracts.types()
            .flatMap(
                type ->
                    type.getType() == Schema.Type.RECORD
                        ? type.getFields().stream()
                            .filter(field -> field.doc() == null || field.doc().isBlank())
                            .map(field -> type.getFullName() + "." + field.name())
                        : Stream.<String>empty());
    assertThat(undocumented).isEmpty();
    assertThat(
            Contracts.types()
                .filter(type -> type.getType() == Schema.Type.RECORD)
                .filter(type -> type.getDoc() == null))
        .isEmpty();
  }

  @Test
  void everyEnumReadsAnUnknownSymbolAsItsDefault() {
    assertThat(Contracts.types().filter(type -> type.getType() == Schema.Type.ENUM))
        .isNotEmpty()
        .allSatisfy(type -> assertThat(type.getEnumDefault()).isEqualTo("UNKNOWN"));
  }

  @Test
  void noFieldIsAUnionOfRecords() {
    Stream<String> unions =
        Contracts.types()
            .filter(type -> type.getType() == Schema.Type.RECORD)
            .flatMap(type -> type.getFields().stream())
            .map(Schema.Field::schema)
            .filter(Schema::isUnion)
            .filter(
                union ->
                    union.getTypes().stream()
                        .anyMatch(
                            branch ->
                                branch.getType() == Schema.Type.RECORD
                                    && union.getTypes().size() > 2))
            .map(Schema::toString);
    assertThat(unions).isEmpty();
  }

  @Test
  void everyMessageNamesItsMigration() {
    assertThat(Contracts.messages())
        .isNotEmpty()
        .allSatisfy(type -> assertThat(type.getField("migrationId")).isNotNull());
  }
}
