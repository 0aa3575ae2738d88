package dev.sensei.cli.fidelity;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A type that a column can have, and values that have gone wrong somewhere before or might.
 *
 * @param name as DDL names it
 * @param values SQL expressions
 * @param since the first server that has the type or all of the values
 */
record ColumnType(String name, List<String> values, Server since) {
  /** Types and what they need, for a database that gets tables; names are chosen to be awkward. */
  static final String PRELUDE =
      """
      CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
      CREATE EXTENSION seg; CREATE EXTENSION cube; CREATE EXTENSION intarray; CREATE EXTENSION isn;
      CREATE EXTENSION lo;
      CREATE SCHEMA "Odd "" .Schema";
      CREATE TYPE "Odd "" .Schema"."Mood's" AS ENUM ('calm', 'it''s "quoted"', 'with blank', 'comma,paren)', '', E'back\\\\slash');
      CREATE DOMAIN "Odd "" .Schema".short AS varchar(12) CHECK (VALUE <> 'never');
      CREATE DOMAIN "Odd "" .Schema".shorter AS "Odd "" .Schema".short NOT NULL DEFAULT 'd';
      CREATE DOMAIN "Odd "" .Schema".ints AS int[] CHECK (array_length(VALUE, 1) < 10);
      CREATE TYPE "Odd "" .Schema".inner_pair AS ("a, b" text, "Mood" "Odd "" .Schema"."Mood's", n numeric);
      CREATE TYPE "Odd "" .Schema"."select" AS (id int, "in" "Odd "" .Schema".inner_pair, many "Odd "" .Schema".inner_pair[],
        tags hstore, at timestamptz, d "Odd "" .Schema".short, gone int);
      ALTER TYPE "Odd "" .Schema"."select" DROP ATTRIBUTE gone;
      CREATE DOMAIN "Odd "" .Schema".pair AS "Odd "" .Schema".inner_pair CHECK ((VALUE).n IS NULL OR (VALUE).n <> 7);
      CREATE TYPE "Odd "" .Schema".no_columns AS ();
      CREATE TYPE "Odd "" .Schema".reg_pair AS (c regclass, a aclitem);
      CREATE DOMAIN "Odd "" .Schema".acl AS aclitem;
      CREATE TABLE "Odd "" .Schema".row_type (id int, t text);
      """;

  private static final String ODD = "\"Odd \"\" .Schema\".";

  /** All types there are, without arrays. */
  static final List<ColumnType> SCALARS =
      List.of(
          of("boolean", "true", "false"),
          of("smallint", "-32768", "32767"),
          of("integer", "-2147483648", "0", "2147483647"),
          of("bigint", "-9223372036854775808", "9223372036854775807"),
          of(
              "numeric",
              "'NaN'",
              "'Infinity'",
              "'-Infinity'",
              "0.000",
              "-0.0",
              "1e-16383",
              "repeat('9', 2000)",
              "'1' || repeat('0', 131000)",
              "1.10"),
          of("numeric(30,10)", "12345678901234567890.0123456789", "'NaN'"),
          of("numeric(5,-3)", "12345678", "0"),
          of("real", "'NaN'", "'-Infinity'", "'-0'", "1e-45", "3.4028235e38", "0.1"),
          of(
              "double precision",
              "'NaN'",
              "'Infinity'",
              "'-0'",
              "5e-324",
              "0.1",
              "1.7976931348623157e308"),
          of("money", "'-92233720368547758.08'", "'92233720368547758.07'", "'0.01'"),
          of(
              "text",
              "''",
              "' '",
              "E'\\\\N'",
              "E'\\\\.'",
              "E'a\\tb\\nc\\rd\\\\e\\b\\f\\v'",
              "'NULL'",
              "U&'\\+01F600\\00E9'",
              "'\"'"),
          of("character varying", "repeat('long ', 9000)", "''"),
          of("character varying(20)", "'trailing   '", "''"),
          of("character(8)", "'ab  '", "''", "'ünïcödé'"),
          of("name", "repeat('n', 63)", "''"),
          of("\"char\"", "'a'", "''", "E'\\\\'", "E'\\t'"),
          of("bytea", "''", "'\\x00ff0a0d5c2c7b'", "decode(repeat('0a', 3000), 'hex')"),
          of(
              "date",
              "'infinity'",
              "'-infinity'",
              "'4714-11-24 BC'",
              "'5874897-12-31'",
              "'2000-02-29'"),
          of("time", "'00:00'", "'24:00'", "'12:34:56.789012'"),
          of("time(2)", "'12:34:56.78'"),
          of(
              "time with time zone",
              "'24:00+15:59:59'",
              "'00:00-15:59'",
              "'12:00:00.000001+05:30:15'"),
          of(
              "timestamp",
              "'infinity'",
              "'-infinity'",
              "'4714-11-24 00:00:00 BC'",
              "'294276-12-31 23:59:59.999999'"),
          of("timestamp(0)", "'2024-06-30 23:59:59'"),
          of(
              "timestamp with time zone",
              "'infinity'",
              "'-infinity'",
              "'4714-11-24 00:00:00+00 BC'",
              "'294276-12-31 23:59:59.999999+00'",
              "'0001-01-01 00:00:00+00 BC'",
              "'2024-03-31 02:30:00+02'"),
          of(
              "interval",
              "'-1 day +02:03:04.5'",
              "'1 mon -1 day'",
              "'-178000000 years'",
              "'178000000 years'",
              "'0'",
              "'P1Y2M3DT4H5M6S'",
              "'00:00:00.000001'"),
          of("interval year to month", "'3-11'"),
          ofEighteen("interval", "'infinity'", "'-infinity'"),
          of(
              "uuid",
              "'00000000-0000-0000-0000-000000000000'",
              "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
          of("json", "'{\"b\" : 1, \"a\":[null, \"\\\\u0041\"], \"b\": 2}'", "'  null '"),
          of(
              "jsonb",
              "'{\"b\": 1.10, \"a\": [null, \"\\\"q\\\"\"]}'",
              "'null'",
              "'1e1000'",
              "'[]'"),
          of(
              "jsonpath",
              "'$.a[*] ? (@.b > 1 && @ like_regex \"^a\" flag \"i\")'",
              "'strict $.\"odd \\\"key\"'",
              "'$.a.type()'"),
          of(
              "xml",
              "'<a b=\"c\">x &amp; y</a>'",
              "'text <b/> only'",
              "'<?xml version=\"1.0\" standalone=\"yes\"?><a/>'",
              "'<!DOCTYPE a><a/>'"),
          of("bit(5)", "B'10101'"),
          of("bit varying", "B''", "B'1'", "repeat('10', 999)::varbit"),
          of("bit varying(9)", "B'101'"),
          of("inet", "'192.168.1.5/24'", "'::1'", "'2001:db8::/32'"),
          of("cidr", "'10.0.0.0/8'", "'2001:db8::/32'"),
          of("macaddr", "'08:00:2b:01:02:03'"),
          of("macaddr8", "'08:00:2b:01:02:03:04:05'"),
          of("pg_lsn", "'0/0'", "'FFFFFFFF/FFFFFFFF'"),
          of("point", "'(-0,NaN)'", "'(1e300,Infinity)'", "'(0.1,0.2)'"),
          of("line", "'{1,-2,0.1}'"),
          of("lseg", "'[(0.1,0.2),(3,4)]'"),
          of("box", "'(1,2),(-0.3,4)'"),
          of("path", "'((0,0),(1,0.1))'", "'[(0,0),(1,1)]'"),
          of("polygon", "'((0,0),(1,0.1),(2,2))'"),
          of("circle", "'<(0.1,-0),3.3>'"),
          of("tsvector", "'a:1A fat:2B,4 ''quo''''ted lex'':7'", "''", "'plain'"),
          of("tsquery", "'fat & (rat | !cat:AB) <2> ''odd '''' lex'':*'", "''"),
          of("oid", "0", "4294967295", "'123456'"),
          of("xid", "'4294967295'", "'3'"),
          of("xid8", "'18446744073709551615'"),
          of("cid", "'7'"),
          of("tid", "'(4294967295,65535)'"),
          of("oidvector", "'1 2 4294967295'", "''"),
          of("int2vector", "'1 -2 3'", "''"),
          of("pg_snapshot", "'10:20:10,14,15'"),
          of("txid_snapshot", "'10:20:10,14'"),
          of("refcursor", "'cursor'"),
          of("regclass", "'pg_catalog.pg_class'", "'" + ODD + "row_type'", "0", "4000000000"),
          of("regtype", "'integer'", "'" + ODD + "\"Mood''s\"'", "'" + ODD + "short[]'"),
          of("regproc", "'pg_catalog.now'", "0"),
          of("regprocedure", "'pg_catalog.abs(integer)'"),
          of("regoper", "'pg_catalog.||/'", "0"),
          of("regoperator", "'pg_catalog.+(integer,integer)'", "'!!(none,tsquery)'"),
          of("regnamespace", "'pg_catalog'", "'\"Odd \"\" .Schema\"'"),
          of("regrole", "'sensei'", "'pg_monitor'"),
          of("regconfig", "'english'", "'simple'"),
          of("regdictionary", "'simple'"),
          of("regcollation", "'\"C\"'", "'\"POSIX\"'"),
          of("aclitem", "'sensei=arwdDxt/sensei'", "'=r/sensei'", "'pg_monitor=r*w*/sensei'"),
          of("int4range", "'empty'", "'(,)'", "'[1,10)'", "'[5,)'"),
          of("int8range", "'[1,9223372036854775806]'"),
          of("numrange", "'(-Infinity,1.10]'", "'[0.00,NaN)'", "'empty'"),
          of(
              "daterange",
              "'[-infinity,infinity]'",
              "'(,2020-01-01)'",
              "'[4713-01-01 BC,2000-01-01)'"),
          of("tsrange", "'[2020-01-01 00:00,infinity)'", "'empty'"),
          of("tstzrange", "'(\"2020-01-01 00:00+02\",)'", "'empty'"),
          of("int4multirange", "'{}'", "'{[1,3),[5,)}'", "'{(,)}'"),
          of("int8multirange", "'{[-9223372036854775808,9223372036854775806)}'"),
          of("tsmultirange", "'{[-infinity,\"2000-01-01 00:00\"),[infinity,)}'"),
          of("nummultirange", "'{[1.10,2.0],(3,)}'"),
          of("datemultirange", "'{[2020-01-01,2020-02-01),[2021-01-01,infinity]}'"),
          of("tstzmultirange", "'{[\"2020-01-01 00:00+00\",\"2021-01-01 00:00+00\")}'"),
          of("hstore", "'a=>1, \"b c\"=>NULL, \"q\\\"\"=>\"\\\\\"'", "''", "'\"\"=>\"\"'"),
          of("citext", "'MiXed'", "''"),
          of("ltree", "'Top.Science.Astronomy'", "''"),
          of("lquery", "'Top.*{1,2}.a|b@*'"),
          of("ltxtquery", "'a & b* | !c'"),
          of("seg", "'5(+-)0.3'", "'~6.5'", "'1.50 .. 2.0'", "'< 3'"),
          of("cube", "'(0.1,2,3)'", "'(0,0),(1,NaN)'", "'()'"),
          of("query_int", "'1&(2|!3)'"),
          of("isbn13", "'978-0-393-04002-9'"),
          of("ean13", "'0-01-234567890-5'"),
          of("lo", "12345"),
          of(
              ODD + "\"Mood's\"",
              "'calm'",
              "'it''s \"quoted\"'",
              "'with blank'",
              "'comma,paren)'",
              "''",
              "E'back\\\\slash'"),
          of(ODD + "short", "'ok'", "''"),
          of(ODD + "ints", "'{1,NULL,3}'", "'[-1:1]={1,2,3}'"),
          of(
              ODD + "inner_pair",
              "ROW('x,\"y\\)', 'comma,paren)', 'NaN')",
              "ROW(NULL, NULL, NULL)",
              "ROW('', '', 1.10)"),
          of(
              ODD + "\"select\"",
              "ROW(1, ROW('a', 'calm', 1), ARRAY[ROW('b', NULL, 2), NULL]::"
                  + ODD
                  + "inner_pair[], 'k=>v', '-infinity', 'dom')",
              "ROW(NULL, NULL, '{}', NULL, NULL, NULL)"),
          of(ODD + "pair", "ROW('p', 'calm', 3)"),
          of(ODD + "no_columns", "ROW()"),
          of(ODD + "reg_pair", "ROW('pg_class', '=r/sensei')"),
          of(ODD + "acl", "'=r/sensei'"),
          of(ODD + "row_type", "ROW(5, 'of a table')"));

  /** Every type, and an array of each. */
  static final List<ColumnType> ALL =
      SCALARS.stream().flatMap(type -> Stream.of(type, type.array())).toList();

  private static ColumnType of(String name, String... values) {
    return new ColumnType(name, List.of(values), Server.FIFTEEN);
  }

  private static ColumnType ofEighteen(String name, String... values) {
    return new ColumnType(name, List.of(values), Server.EIGHTEEN);
  }

  private ColumnType array() {
    String type = name + "[]";
    List<String> arrays = new ArrayList<>(List.of("'{}'"));
    List<String> elements = values.stream().map(value -> "(" + value + ")::" + name).toList();
    arrays.add("ARRAY[" + String.join(", ", elements) + ", NULL]");
    arrays.add(
        "ARRAY[ARRAY[NULL, " + elements.getFirst() + "], ARRAY[" + elements.getLast() + ", NULL]]");
    boolean fills = !name.contains("ints") && !name.endsWith("vector");
    if (fills) {
      arrays.add("array_fill(" + elements.getLast() + ", ARRAY[2, 1], ARRAY[-3, 5])");
    }
    return new ColumnType(type, arrays, since);
  }

  /** The value as an expression of the type. */
  String value(int at) {
    return "(" + values.get(at % values.size()) + ")::" + name;
  }

  boolean has(Server server) {
    return server.compareTo(since) >= 0;
  }
}
