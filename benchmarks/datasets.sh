# Fills the source of a benchmark; sourced by whole-run.sh. Each set is a function fill_NAME, which asks the empty source
# through "fill" (psql) and makes $size percent of the set's full size.

# Percent of a number, and at least so many.
sized() {
  local number=$(($1 * size / 100))
  echo $((number < $2 ? $2 : number))
}

# Ten million narrow rows in one table, and three small ones.
fill_pgbench() {
  "$pg_bin/pgbench" -q -i -s "$(sized 100 1)" "$source_uri" >/dev/null 2>&1 || fail "pgbench could not fill the source"
}

# TPC-H at scale 1: eight tables, about 8.7 million rows, keys, foreign keys and the usual indexes.
fill_tpch() {
  local table scale
  scale=$(echo "$size" | awk '{printf "%.4f", $1 / 100}')
  (cd "$home" && mvn -q -B -ntp -Pbenchmarks -pl benchmarks -am -Dtpch.skip=false "-Dtpch.scale=$scale" \
    "-Dtpch.directory=$work/tpch" process-classes) >&2 || fail "the TPC-H files could not be made; messages are above"
  fill <<'SQL'
create table region (r_regionkey integer not null, r_name varchar(25) not null, r_comment varchar(152));
create table nation (n_nationkey integer not null, n_name varchar(25) not null, n_regionkey integer not null,
  n_comment varchar(152));
create table supplier (s_suppkey bigint not null, s_name varchar(25) not null, s_address varchar(40) not null,
  s_nationkey integer not null, s_phone char(15) not null, s_acctbal numeric(12, 2) not null,
  s_comment varchar(101) not null);
create table customer (c_custkey bigint not null, c_name varchar(25) not null, c_address varchar(40) not null,
  c_nationkey integer not null, c_phone char(15) not null, c_acctbal numeric(12, 2) not null,
  c_mktsegment char(10) not null, c_comment varchar(117) not null);
create table part (p_partkey bigint not null, p_name varchar(55) not null, p_mfgr char(25) not null,
  p_brand char(10) not null, p_type varchar(25) not null, p_size integer not null, p_container char(10) not null,
  p_retailprice numeric(12, 2) not null, p_comment varchar(23) not null);
create table partsupp (ps_partkey bigint not null, ps_suppkey bigint not null, ps_availqty integer not null,
  ps_supplycost numeric(12, 2) not null, ps_comment varchar(199) not null);
create table orders (o_orderkey bigint not null, o_custkey bigint not null, o_orderstatus char(1) not null,
  o_totalprice numeric(12, 2) not null, o_orderdate date not null, o_orderpriority char(15) not null,
  o_clerk char(15) not null, o_shippriority integer not null, o_comment varchar(79) not null);
create table lineitem (l_orderkey bigint not null, l_partkey bigint not null, l_suppkey bigint not null,
  l_linenumber integer not null, l_quantity numeric(12, 2) not null, l_extendedprice numeric(12, 2) not null,
  l_discount numeric(12, 2) not null, l_tax numeric(12, 2) not null, l_returnflag char(1) not null,
  l_linestatus char(1) not null, l_shipdate date not null, l_commitdate date not null, l_receiptdate date not null,
  l_shipinstruct char(25) not null, l_shipmode char(10) not null, l_comment varchar(44) not null);
SQL
  for table in region nation supplier customer part partsupp orders lineitem; do
    fill -c "copy $table from stdin with (delimiter '|')" <"$work/tpch/$table.tbl"
  done
  rm -rf "$work/tpch"
  fill <<'SQL'
alter table region add primary key (r_regionkey);
alter table nation add primary key (n_nationkey);
alter table supplier add primary key (s_suppkey);
alter table customer add primary key (c_custkey);
alter table part add primary key (p_partkey);
alter table partsupp add primary key (ps_partkey, ps_suppkey);
alter table orders add primary key (o_orderkey);
alter table lineitem add primary key (l_orderkey, l_linenumber);
create index on supplier (s_nationkey);
create index on customer (c_nationkey);
create index on partsupp (ps_suppkey);
create index on orders (o_custkey);
create index on orders (o_orderdate);
create index on lineitem (l_partkey, l_suppkey);
create index on lineitem (l_shipdate);
alter table nation add foreign key (n_regionkey) references region;
alter table supplier add foreign key (s_nationkey) references nation;
alter table customer add foreign key (c_nationkey) references nation;
alter table partsupp add foreign key (ps_partkey) references part;
alter table partsupp add foreign key (ps_suppkey) references supplier;
alter table orders add foreign key (o_custkey) references customer;
alter table lineitem add foreign key (l_orderkey) references orders;
alter table lineitem add foreign key (l_partkey, l_suppkey) references partsupp;
SQL
}

# 2,000 tables of 10 to 199 rows; every third has a second index, every fourth a foreign key.
fill_small() {
  fill -v "tables=$(sized 2000 10)" >/dev/null <<'SQL'
set synchronous_commit = off;
select format('create table t_%s (id integer primary key, parent integer not null, name text not null,
  price numeric(10, 2), seen timestamptz not null)', i) from generate_series(1, :tables) i \gexec
select format('insert into t_%s select g, g %% %s + 1, md5(g::text), g * 1.25, timestamptz ''2020-01-01'' + g * interval ''1 hour''
  from generate_series(1, %s) g', i, 10 + (i - 1) * 37 % 190, 10 + i * 37 % 190) from generate_series(1, :tables) i \gexec
select format('create index on t_%s (name)', i) from generate_series(1, :tables) i where i % 3 = 0 \gexec
select format('alter table t_%s add foreign key (parent) references t_%s', i, i - 1)
  from generate_series(1, :tables) i where i % 4 = 0 \gexec
SQL
}

# 200,000 rows with a text of 20,000 characters each, which is stored out of line and as it is: 4 GB.
fill_toast() {
  fill -v "rows=$(sized 200000 100)" <<'SQL'
create table documents (id bigint primary key, title text not null, body text not null);
alter table documents alter column body set storage external;
with pool as materialized (select string_agg(md5(i::text), '' order by i) as text from generate_series(1, 2048) i)
insert into documents
select g, 'document ' || g, md5('body ' || g) || substr(pool.text, (g * 7919 % 45000)::integer + 1, 19968)
from generate_series(1::bigint, :rows) g, pool;
SQL
}

# 200,000 rows of 100 columns, of 25 types; every eleventh value is null.
fill_mixed() {
  local k name kind definitions="c1 bigint primary key" values="g"
  # G stands for the row's number, K for the column's.
  local kinds=(
    "integer|(G * 7919 + K) % 1000000"
    "bigint|G * 1000003 + K"
    "smallint|(G + K) % 30000"
    "numeric(18, 4)|(G * 31 + K)::numeric / 7"
    "numeric|(G::numeric + K) / 13"
    "real|(G + K) / 3.0"
    "double precision|sqrt(G + K)"
    "boolean|(G + K) % 3 = 0"
    "text|md5((G + K)::text)"
    "varchar(40)|'row ' || G || ' of column K'"
    "char(8)|to_char((G + K) % 10000000, 'FM00000000')"
    "date|date '2000-01-01' + ((G + K) % 9000)::integer"
    "time|time '00:00' + make_interval(secs => (G + K) % 86400)"
    "timestamp|timestamp '2000-01-01' + make_interval(secs => G * 61.5 + K)"
    "timestamptz|timestamptz '2000-01-01' + make_interval(secs => G * 67.25 + K)"
    "interval|make_interval(days => ((G + K) % 400)::integer, secs => G % 3600 + 0.5)"
    "uuid|md5('K-' || G)::uuid"
    "jsonb|jsonb_build_object('row', G, 'column', K, 'tags', jsonb_build_array(G % 7, 'a \"tag\"'))"
    "json|json_build_object('row', G, 'none', null)"
    "bytea|decode(md5((G * K)::text), 'hex')"
    "inet|'10.0.0.0'::inet + (G + K) % 16777216"
    "macaddr|('08002b' || to_char(G % 1000000, 'FM000000'))::macaddr"
    "integer[]|array[G % 1000, K, G % K]"
    "text[]|array['a ' || G, null, 'b,\"{K}\\']"
    "int4range|int4range((G % 1000000)::integer, (G % 1000000)::integer + K)"
  )
  for ((k = 2; k <= 100; k++)); do
    kind=${kinds[(k - 2) % ${#kinds[@]}]}
    name=c$k
    definitions+=", $name ${kind%%|*}"
    kind=${kind#*|}
    kind=${kind//G/g}
    values+=", case when (g + $k) % 11 <> 0 then ${kind//K/$k} end"
  done
  fill <<SQL
create table mixed ($definitions);
insert into mixed select $values from generate_series(1::bigint, $(sized 200000 100)) g;
create index on mixed (c10);
create index on mixed (c15, c2);
SQL
}
