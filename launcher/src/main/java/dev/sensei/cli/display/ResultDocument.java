package dev.sensei.cli.display;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one document that {@code migrate --json} and {@code demo --json} print.
 *
 * @param migrationId the migration
 * @param state the state of its life, lower case
 * @param verdict certified, certified_with_exceptions, not_certified, or none yet
 * @param certificate where the certificate is
 * @param publicKey where the key is to check it with
 * @param source the source's URI, without a password
 * @param target the target's URI, without a password
 * @param tables tables moved
 * @param rows rows moved
 * @param bytes bytes moved
 * @param targetTouched whether the migration has made, or may have made, something in the target
 * @param seconds by phase ({@code analyze}, {@code plan}, {@code approve}, {@code move}, {@code
 *     validate}), {@code copy} and {@code total}
 * @param deviations where the target differs from the source, one line each
 * @param notChecked what was not checked, one line each
 * @param errors what went wrong
 */
public record ResultDocument(
    Optional<String> migrationId,
    Optional<String> state,
    Optional<String> verdict,
    Optional<String> certificate,
    Optional<String> publicKey,
    Optional<String> source,
    Optional<String> target,
    long tables,
    long rows,
    long bytes,
    boolean targetTouched,
    Map<String, Double> seconds,
    List<String> deviations,
    List<String> notChecked,
    List<ResultError> errors) {

  /** The verdicts, as the document has them. */
  public static final String CERTIFIED = "certified";

  public static final String CERTIFIED_WITH_EXCEPTIONS = "certified_with_exceptions";
  public static final String NOT_CERTIFIED = "not_certified";

  /** The code of the error where all that is missing is somebody's word. */
  public static final String EXCEPTIONS_NOT_ACCEPTED = "EXCEPTIONS_NOT_ACCEPTED";

  /** The code of the error where rows wait in the error queue. */
  public static final String ERRORS_OPEN = "ERRORS_OPEN";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * Something that went wrong.
   *
   * @param code an SQLSTATE, or a word of ours
   * @param message what was expected, what was found and what to do
   * @param object the object concerned; empty where there is none
   */
  @JsonPropertyOrder({"code", "message", "object"})
  public record ResultError(String code, String message, String object) {}

  public ResultDocument {
    seconds = Collections.unmodifiableMap(new LinkedHashMap<>(seconds));
    deviations = List.copyOf(deviations);
    notChecked = List.copyOf(notChecked);
    errors = List.copyOf(errors);
  }

  /** The document of a run that ended before there was a migration. */
  public static ResultDocument failed(ResultError error) {
    return new ResultDocument(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        0,
        false,
        Map.of(),
        List.of(),
        List.of(),
        List.of(error));
  }

  /** The document as JSON; what there is none of is null, never left out. */
  public String toJson() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("migrationId", migrationId.orElse(null));
    members.put("state", state.orElse(null));
    members.put("verdict", verdict.orElse(null));
    members.put("certificate", certificate.orElse(null));
    members.put("publicKey", publicKey.orElse(null));
    members.put("source", source.orElse(null));
    members.put("target", target.orElse(null));
    members.put("tables", tables);
    members.put("rows", rows);
    members.put("bytes", bytes);
    members.put("targetTouched", targetTouched);
    members.put("seconds", seconds);
    members.put("deviations", deviations);
    members.put("notChecked", notChecked);
    members.put("errors", errors);
    try {
      return MAPPER.writeValueAsString(members);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("the result could not be written as JSON", e);
    }
  }
}
