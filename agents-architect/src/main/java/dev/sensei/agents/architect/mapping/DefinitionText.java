package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a definition as PostgreSQL writes it, from left to right. What it does not expect ends the
 * reading, so that nothing is taken for a name that is none.
 */
final class DefinitionText {
  private final String text;
  private int at;
  private boolean lost;

  DefinitionText(String text) {
    this.text = text;
  }

  /** Whether all was as expected so far. */
  boolean read() {
    return !lost;
  }

  /** Goes past a word that has to stand here. */
  DefinitionText expect(String word) {
    if (!accept(word)) {
      lost = true;
    }
    return this;
  }

  /** Goes past a word where it stands here. */
  boolean accept(String word) {
    if (!lost && text.startsWith(word, at)) {
      at += word.length();
      return true;
    }
    return false;
  }

  /** A name, without its quotes; empty where none stands here. */
  String name() {
    int from = at;
    if (at < text.length() && text.charAt(at) == '"') {
      at++;
      while (at < text.length()) {
        if (text.charAt(at) != '"') {
          at++;
        } else if (text.startsWith("\"\"", at)) {
          at += 2;
        } else {
          at++;
          return SqlIdentifier.unquote(text.substring(from, at));
        }
      }
      lost = true;
      return "";
    }
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    lost |= at == from;
    return text.substring(from, at);
  }

  private static boolean isPlain(char letter) {
    return Character.isLetterOrDigit(letter) || letter == '_' || letter == '$';
  }

  /** Names in parentheses, with commas between them. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    expect("(");
    do {
      names.add(name());
    } while (!lost && accept(", "));
    expect(")");
    return names;
  }

  /**
   * A column of a list, and what an index says of it.
   *
   * @param rest such as {@code DESC NULLS LAST}; empty for the usual
   */
  record Item(String name, String rest) {
    /** Whether it names neither a collation nor an operator class. */
    boolean plain() {
      return rest.matches("( DESC| ASC)?( NULLS (FIRST|LAST))?");
    }
  }

  /** Columns in parentheses; nothing where one of them is an expression. */
  Optional<List<Item>> items() {
    List<Item> items = new ArrayList<>();
    expect("(");
    do {
      String name = name();
      int from = at;
      while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ')') {
        if (text.charAt(at) == '(') {
          if (!parameters(from)) {
            lost = true;
            return Optional.empty();
          }
        } else if (text.charAt(at) == '"') {
          name();
        } else {
          at++;
        }
      }
      items.add(new Item(name, text.substring(from, Math.min(at, text.length()))));
    } while (!lost && accept(", "));
    expect(")");
    return lost ? Optional.empty() : Optional.of(items);
  }

  /** An operator class has parameters behind it; directly behind a name they are a call's. */
  private boolean parameters(int from) {
    int close = text.indexOf(')', at);
    if (at == from || close < 0) {
      return false;
    }
    at = close + 1;
    return true;
  }

  /** All that is left. */
  String rest() {
    return text.substring(at);
  }
}
