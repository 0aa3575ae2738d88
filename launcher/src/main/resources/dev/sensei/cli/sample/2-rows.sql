-- A number from 0 to n - 1 that looks random and is the same in every run. Gone with the session.
create function pg_temp.pick(i bigint, salt integer, n bigint) returns integer
  language sql immutable
  return ((((i + salt * 7919) * 2654435761) % 4294967296) / 4 % n)::integer;
-- The same as a universally unique identifier.
create function pg_temp.uid(i bigint, salt integer) returns uuid
  language sql immutable
  return md5(salt || ':' || i)::uuid;

insert into shop.countries (code, name, currency, vat, in_union) values
  ('AT', 'Österreich', 'EUR', 20, true), ('BE', 'Belgique', 'EUR', 21, true),
  ('CH', 'Schweiz', 'CHF', 8.1, false), ('CZ', 'Česko', 'CZK', 21, true),
  ('DE', 'Deutschland', 'EUR', 19, true), ('DK', 'Danmark', 'DKK', 25, true),
  ('ES', 'España', 'EUR', 21, true), ('FI', 'Suomi', 'EUR', 25.5, true),
  ('FR', 'France', 'EUR', 20, true), ('GB', 'United Kingdom', 'GBP', 20, false),
  ('GR', 'Ελλάδα', 'EUR', 24, true), ('IE', 'Éire', 'EUR', 23, true),
  ('IT', 'Italia', 'EUR', 22, true), ('JP', '日本', 'JPY', 10, false),
  ('NL', 'Nederland', 'EUR', 21, true), ('NO', 'Norge', 'NOK', 25, false),
  ('PL', 'Polska', 'PLN', 23, true), ('PT', 'Portugal', 'EUR', 23, true),
  ('SE', 'Sverige', 'SEK', 25, true), ('US', 'United States', 'USD', 0, false);

insert into shop.categories (parent_id, name, position)
select case when i > 12 then 1 + pg_temp.pick(i, 1, 12) end,
       (array['Garden', 'Kitchen', 'Office', 'Outdoor', 'Books', 'Toys', 'Tools', 'Light',
              'Textiles', 'Music', 'Sport', 'Travel'])[1 + (i - 1) % 12]
         || case when i > 12 then ' ' || (i - 1) / 12 else '' end,
       i * 10
from generate_series(1, 120) i;

insert into shop.suppliers (name, country_code, rating, since, email, turnover)
select (array['Nord', 'Alpen', 'Hansa', 'Riviera', 'Polder', 'Fjord', 'Iber', 'Delta'])[1 + i % 8]
         || ' Supply ' || i,
       (array['DE', 'FR', 'NL', 'SE', 'IT', 'PL', 'ES', 'JP'])[1 + pg_temp.pick(i, 2, 8)],
       case when i % 17 = 0 then 'NaN' else pg_temp.pick(i, 3, 50) / 10.0 end,
       date '1995-01-01' + pg_temp.pick(i, 4, 10000),
       case when i % 5 > 0 then 'sales@supplier' || i || '.example' end,
       pg_temp.pick(i, 5, 100000000) / 3.0
from generate_series(1, 200) i;

insert into shop.products (sku, name, description, category_id, supplier_id, price, cost, weight_kg,
                           tags, attributes, on_sale, active, created_at)
select chr(65 + i % 26) || chr(65 + i / 26 % 26) || '-' || lpad(i::text, 7, '0'),
       (array['Oak', 'Steel', 'Linen', 'Copper', 'Glass', 'Wool', 'Bamboo'])[1 + pg_temp.pick(i, 6, 7)]
         || ' ' || (array['table', 'lamp', 'kettle', 'chair', 'blanket', 'shelf', 'bowl', 'clock',
                          'rack'])[1 + pg_temp.pick(i, 7, 9)] || ' ' || i,
       case when i % 4 > 0 then repeat('Made to last, easy to care for. ', 1 + pg_temp.pick(i, 8, 9)) end,
       1 + pg_temp.pick(i, 9, 120),
       1 + pg_temp.pick(i, 10, 200),
       1 + pg_temp.pick(i, 11, 50000) / 100.0,
       (pg_temp.pick(i, 12, 20000) / 100.0)::numeric::money,
       pg_temp.pick(i, 13, 40000) / 1000.0,
       case i % 4 when 0 then '{new,sale}' when 1 then '{eco,NULL}' when 2 then '{"\"quoted\"","a,b"}'
            else '{}' end::text[] || ('c' || pg_temp.pick(i, 14, 9)),
       jsonb_build_object('colour', (array['red', 'green', 'blue', 'plain'])[1 + i % 4],
                          'sizes', jsonb_build_array(i % 5, i % 7, null), 'ø', i % 3 = 0),
       case when i % 9 = 0 then daterange(date '2025-01-01' + pg_temp.pick(i, 15, 300), null)
            when i % 9 = 1 then 'empty'::daterange end,
       i % 31 > 0,
       timestamptz '2020-01-01 00:00:00+00' + pg_temp.pick(i, 16, 50000) * interval '53 minutes'
from generate_series(1, ${products}) i;

insert into shop.product_prices (product_id, valid_from, quantities, price, bounds)
select p, date '2023-01-01' + n * 365, int4range(n * 10, case when n < 2 then n * 10 + 10 end),
       1 + pg_temp.pick(p, 20 + n, 50000) / 100.0,
       numrange(n / 10.0, n + 0.5, '[]')
from generate_series(1, ${products}) p, generate_series(0, 2) n;

insert into shop.product_images (id, product_id, checksum, width, height, focus)
select pg_temp.uid(p * 2 + n, 1), p, decode(md5(p || '/' || n), 'hex'),
       (array[640, 800, 1200, 1920])[1 + p % 4], (array[480, 600, 900, 1080])[1 + p % 4],
       case when n = 0 then point(pg_temp.pick(p, 24, 1000) / 7.0, pg_temp.pick(p, 25, 1000) / 3.0) end
from generate_series(1, ${products}) p, generate_series(0, 1) n;

insert into shop.warehouses (name, location, opens, closes, network, head_id)
select 'Warehouse ' || (array['Hamburg', 'Lyon', 'Gdańsk', 'Porto'])[i], point(50.1 + i, 8.5 - i),
       time '06:00' + i * interval '15 minutes', timetz '18:30:00.5+01' + i * interval '1 hour',
       ('10.' || i || '.0.0/16')::cidr, i
from generate_series(1, 4) i;

insert into shop.employees (manager_id, warehouse_id, name, email, device, rights, weekly, hired, salary)
select case when i > 4 then 1 + (i - 1) / 5 end, 1 + (i - 1) % 4,
       (array['Ada', 'Björn', 'Chloé', 'Dmitri', 'Eva', 'Finn', 'Gül', 'Hana'])[1 + i % 8] || ' '
         || (array['Lind', 'Moreau', 'Nowak', 'Okafor', 'Schmidt'])[1 + pg_temp.pick(i, 30, 5)],
       'staff' || i || '@shop.example', ('08:00:2b:00:' || lpad(to_hex(i / 256), 2, '0') || ':'
         || lpad(to_hex(i % 256), 2, '0'))::macaddr,
       (i * 37 % 65536)::integer::bit(16), make_interval(hours => 20 + i % 20, mins => i % 60),
       date '2010-01-01' + pg_temp.pick(i, 31, 5000),
       case when i % 10 > 0 then 2000 + pg_temp.pick(i, 32, 400000) / 100.0 end
from generate_series(1, 400) i;

insert into shop.stock (warehouse_id, product_id, quantity, reserved, counted_at)
select w, p, pg_temp.pick(p * 4 + w, 33, 500), pg_temp.pick(p * 4 + w, 34, 20),
       case when p % 6 > 0
         then timestamp '2025-11-01 08:00:00.123456' + pg_temp.pick(p, 35, 40000) * interval '1 minute' end
from generate_series(1, 4) w, generate_series(1, ${products}) p;

insert into shop.customers (uid, name, email, phone, born, tier, preferences, newsletter, last_ip,
                            default_address_id, created_at)
select pg_temp.uid(i, 2),
       (array['Ada', 'Björn', 'Chloé', 'Dmitri', 'Eva', 'Finn', 'Gül', 'Hana', 'Łukasz', '美咲'])
         [1 + pg_temp.pick(i, 40, 10)] || ' '
         || (array['Lind', 'Moreau', 'Nowak', 'O''Neill', 'Schmidt', 'Şahin', '田中'])[1 + pg_temp.pick(i, 41, 7)],
       'customer' || i || '@mail.example',
       case when i % 3 > 0 then '+49 40 ' || lpad(pg_temp.pick(i, 42, 10000000)::text, 7, '0') end,
       case when i % 7 > 0 then date '1940-01-01' + pg_temp.pick(i, 43, 24000) end,
       (array['bronze', 'bronze', 'bronze', 'silver', 'silver', 'gold', 'platinum'])
         [1 + pg_temp.pick(i, 44, 7)]::shop.tier,
       case when i % 4 > 0 then jsonb_build_object('language', (array['de', 'en', 'fr'])[1 + i % 3],
                                                   'n', pg_temp.pick(i, 45, 1000) / 8.0) end,
       (array[true, false, null])[1 + i % 3],
       case when i % 2 = 0 then inet '192.0.2.0' + i % 256
            when i % 5 = 0 then inet '2001:db8::/64' + i end,
       i, timestamptz '2019-01-01 00:00:00+00' + i * (interval '2400 days' / ${customers})
from generate_series(1, ${customers}) i;

insert into shop.addresses (customer_id, kind, line1, line2, postcode, city, country_code, place)
select case when i <= ${customers} then i else 1 + pg_temp.pick(i, 50, ${customers}) end,
       (array['home', 'work', 'pick-up'])[1 + pg_temp.pick(i, 51, 3)]::shop.address_kind,
       (array['Main Street', 'Lindenallee', 'Rue du Port', 'Kungsgatan', 'Via Roma'])[1 + i % 5]
         || ' ' || 1 + pg_temp.pick(i, 52, 200),
       case when i % 8 = 0 then 'Floor ' || i % 12 end,
       lpad(pg_temp.pick(i, 53, 100000)::text, 5, '0'),
       (array['Hamburg', 'Lyon', 'Gdańsk', 'Porto', 'Malmö', 'Wien', 'Αθήνα'])[1 + pg_temp.pick(i, 54, 7)],
       (array['DE', 'FR', 'PL', 'PT', 'SE', 'AT', 'GR'])[1 + pg_temp.pick(i, 54, 7)],
       case when i % 10 > 0 then point(40 + pg_temp.pick(i, 55, 20000) / 1000.0, pg_temp.pick(i, 56, 20000) / 1000.0) end
from generate_series(1, ${addresses}) i;

insert into shop.coupons (code, percent, valid, uses, conditions)
select 'SAVE' || lpad(i::text, 4, '0'), 5 + i % 30,
       tstzrange(timestamptz '2025-01-01 00:00:00+00' + i * interval '1 day',
                 case when i % 3 > 0 then timestamptz '2025-03-01 00:00:00+00' + i * interval '1 day' end),
       i % 50, case when i % 2 = 0 then ('{"least":  ' || i || ', "least": 1}')::json end
from generate_series(1, 300) i;

insert into shop.order_items (order_id, line, product_id, quantity, unit_price, discount)
select o, l, 1 + pg_temp.pick(o * 5 + l, 60, ${products}), 1 + pg_temp.pick(o * 5 + l, 61, 4),
       1 + pg_temp.pick(o * 5 + l, 62, 50000) / 100.0,
       case when o % 10 = 0 then 0.125 else 0 end
from generate_series(1, ${orders}) o, generate_series(1, 1 + pg_temp.pick(o, 63, 5)) l;

insert into shop.orders (customer_id, address_id, status, coupon_code, replaces_id, currency, total,
                         note, placed_at)
select c, c,
       (array['placed', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'returned',
              'cancelled'])[1 + pg_temp.pick(i, 71, 8)]::shop.order_status,
       case when i % 10 = 0 then 'SAVE' || lpad((1 + pg_temp.pick(i, 72, 300))::text, 4, '0') end,
       case when i % 97 = 0 then i - 1 - pg_temp.pick(i, 73, 90) end,
       'EUR', t.total,
       case when i % 12 = 0 then E'Please ring twice.\nThe \\ door is "green".\t' || i end,
       timestamptz '2022-01-01 00:00:00+00' + i * (interval '1440 days' / ${orders})
from (select i, 1 + pg_temp.pick(i, 70, ${customers}) c from generate_series(1, ${orders}) i) o
join (select order_id, sum(amount) total from shop.order_items group by order_id) t on t.order_id = o.i
order by i;

insert into shop.payments (order_id, method, amount, fee, reference, details, captured_at)
select id, (array['card', 'transfer', 'invoice', 'wallet'])[1 + pg_temp.pick(id, 80, 4)]::shop.payment_method,
       total, (total * 0.0145)::double precision, pg_temp.uid(id, 3),
       case when id % 3 > 0 then jsonb_build_object('last4', lpad(pg_temp.pick(id, 81, 10000)::text, 4, '0'),
                                                    'try', 1 + id % 3) end,
       (placed_at at time zone 'UTC') + pg_temp.pick(id, 82, 3600) * interval '1 second'
from shop.orders where status not in ('placed');

insert into shop.shipments (order_id, warehouse_id, carrier, tracking, parcels_kg, shipped_on, transit)
select id, 1 + pg_temp.pick(id, 85, 4), (array['DHL', 'PostNL', 'DPD', 'InPost'])[1 + pg_temp.pick(id, 86, 4)],
       case when id % 5 > 0 then 'TR' || lpad((id * 7919)::text, 14, '0') end,
       array[pg_temp.pick(id, 87, 30000) / 1000.0, null, pg_temp.pick(id, 88, 300) / 7.0]::real[],
       (placed_at at time zone 'UTC')::date + 1 + pg_temp.pick(id, 89, 3),
       make_interval(days => pg_temp.pick(id, 90, 6), secs => pg_temp.pick(id, 91, 80000) + 0.25)
from shop.orders where status in ('shipped', 'delivered', 'returned');

insert into shop.returns (order_id, line, reason, flags, received)
select id, 1, (array['too small', 'broken', 'not wanted', 'wrong colour'])[1 + pg_temp.pick(id, 95, 4)],
       substring(B'10110101' from 1 for 1 + (id % 8)::integer),
       timetz '09:00:00+02' + pg_temp.pick(id, 96, 480) * interval '1 minute'
from shop.orders where status = 'returned' and id % 2 = 0;

insert into shop.reviews (product_id, customer_id, stars, title, body, created_at)
select 1 + i / 8 % ${products}, 1 + pg_temp.pick(i, 100, ${customers}), 1 + pg_temp.pick(i, 101, 5),
       case when i % 4 > 0 then (array['Great', 'Solid', 'As described', 'Meh', 'Très bien', '👍'])[1 + pg_temp.pick(i, 102, 6)] end,
       case when i % 3 > 0 then repeat('I have used it every day. ', 1 + pg_temp.pick(i, 103, 8)) end,
       timestamptz '2024-01-01 00:00:00+00' + i * (interval '700 days' / ${reviews})
from generate_series(1, ${reviews}) i;
update shop.products p set top_review_id = r.id
from (select product_id, max(id) id from shop.reviews where stars = 5 group by product_id) r
where r.product_id = p.id and p.id % 10 = 0;

insert into shop.invoices (order_id, issued, document, seal)
select id, (placed_at at time zone 'UTC')::date,
       ('<invoice order="' || id || '"><total currency="EUR">' || round(total, 2) || '</total></invoice>')::xml,
       case when id % 8 > 0 then decode(md5('seal' || id), 'hex') || '\x00ff'::bytea end
from shop.orders where status = 'delivered' and id % 3 = 0 order by id;

insert into shop.carts (id, customer_id, items, touched_at)
select pg_temp.uid(i, 4), case when i % 3 > 0 then 1 + pg_temp.pick(i, 110, ${customers}) end,
       jsonb_build_array(jsonb_build_object('product', 1 + pg_temp.pick(i, 111, ${products}), 'quantity', 1 + i % 3)),
       timestamptz '2025-12-01 00:00:00+00' + i * interval '1 second'
from generate_series(1, ${carts}) i;

insert into shop."Gift Cards" ("Card No", customer_id, balance, "Expires")
select lpad(i::text, 4, '0') || '-' || lpad(pg_temp.pick(i, 115, 100000000)::text, 8, '0'),
       case when i % 2 = 0 then 1 + pg_temp.pick(i, 117, ${customers}) end, (pg_temp.pick(i, 116, 20000) / 100.0)::numeric::money,
       case when i % 5 = 0 then 'infinity'::date else date '2027-01-31' + i end
from generate_series(1, 500) i;

insert into shop.page_views (session_id, customer_id, path, address, milliseconds, seen_at)
select pg_temp.uid(i / 10, 5), case when i % 4 = 0 then 1 + pg_temp.pick(i / 10, 120, ${customers}) end,
       (array['/', '/search?q=lamp', '/cart', '/product/'])[1 + pg_temp.pick(i, 121, 4)] || i % 1000,
       inet '198.51.100.0' + i % 256, 20 + pg_temp.pick(i, 122, 4000),
       timestamptz '2025-07-01 00:00:00+00' + i * (interval '183 days' / ${views})
from generate_series(1, ${views}) i;

drop function pg_temp.pick(bigint, integer, bigint);
drop function pg_temp.uid(bigint, integer);
