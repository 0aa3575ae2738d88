package dev.sensei.cli.run;

import dev.sensei.cli.ExitCode;
import dev.sensei.cli.display.ResultDocument;

/**
 * How a run ended.
 *
 * @param exitCode what the process ends with
 * @param document what {@code --json} prints, and the summary is made of
 */
public record RunResult(ExitCode exitCode, ResultDocument document) {}
