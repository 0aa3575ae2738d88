alter table shop.countries add primary key (code);
alter table shop.categories add primary key (id), add unique (parent_id, name);
alter table shop.suppliers add primary key (id);
alter table shop.products add primary key (id), add constraint products_sku_key unique (sku),
  add constraint products_price_check check (price > 0);
alter table shop.product_prices add primary key (product_id, valid_from);
alter table shop.product_images add primary key (id);
alter table shop.warehouses add primary key (id), add unique (name);
alter table shop.employees add primary key (id), add unique (email);
alter table shop.stock add primary key (warehouse_id, product_id),
  add constraint stock_check check (quantity >= 0 and reserved >= 0);
alter table shop.customers add primary key (id), add unique (uid);
alter table shop.addresses add primary key (id);
alter table shop.coupons add primary key (code),
  add constraint coupons_percent_check check (percent between 1 and 90);
alter table shop.orders add primary key (id);
alter table shop.order_items add primary key (order_id, line),
  add constraint order_items_quantity_check check (quantity > 0);
alter table shop.payments add primary key (id), add unique (reference);
alter table shop.shipments add primary key (id);
alter table shop.returns add primary key (id), add unique (order_id, line);
alter table shop.reviews add primary key (id),
  add constraint reviews_stars_check check (stars between 1 and 5);
alter table shop.invoices add primary key (number), add unique (order_id);
alter table shop.carts add primary key (id);
alter table shop."Gift Cards" add constraint "Gift Cards Key" primary key ("Card No");
alter table shop.page_views add primary key (id, seen_at);

create index on shop.products (category_id);
create index products_search on shop.products using gin (search);
create index products_attributes on shop.products using gin (attributes jsonb_path_ops);
create index products_active on shop.products (supplier_id, price desc nulls last) where active;
create index on shop.product_images (product_id);
create unique index customers_email on shop.customers (lower(email::text));
create index on shop.addresses (customer_id);
create index orders_customer on shop.orders (customer_id, placed_at desc) include (status);
create index orders_open on shop.orders (placed_at) where status in ('placed', 'paid');
create index on shop.order_items (product_id);
create index on shop.payments (order_id);
create index on shop.shipments (order_id);
create index reviews_bad on shop.reviews (product_id) where stars <= 2;
create index reviews_recent on shop.reviews using brin (created_at);
create index on shop.page_views (customer_id, seen_at);

alter table shop.categories add foreign key (parent_id) references shop.categories;
alter table shop.suppliers add foreign key (country_code) references shop.countries;
alter table shop.products add foreign key (category_id) references shop.categories,
  add foreign key (supplier_id) references shop.suppliers;
alter table shop.product_prices add foreign key (product_id) references shop.products on delete cascade;
alter table shop.product_images add foreign key (product_id) references shop.products on delete cascade;
alter table shop.employees add foreign key (manager_id) references shop.employees;
alter table shop.employees add foreign key (warehouse_id) references shop.warehouses;
alter table shop.warehouses add foreign key (head_id) references shop.employees deferrable initially deferred;
alter table shop.stock add foreign key (warehouse_id) references shop.warehouses,
  add foreign key (product_id) references shop.products on update cascade;
alter table shop.addresses add foreign key (customer_id) references shop.customers on delete cascade,
  add foreign key (country_code) references shop.countries;
alter table shop.customers add foreign key (default_address_id) references shop.addresses deferrable initially deferred;
alter table shop.orders add foreign key (customer_id) references shop.customers,
  add foreign key (address_id) references shop.addresses,
  add foreign key (coupon_code) references shop.coupons on delete set null,
  add foreign key (replaces_id) references shop.orders;
alter table shop.order_items add foreign key (order_id) references shop.orders on delete cascade,
  add foreign key (product_id) references shop.products;
alter table shop.payments add foreign key (order_id) references shop.orders;
alter table shop.shipments add foreign key (order_id) references shop.orders,
  add foreign key (warehouse_id) references shop.warehouses;
alter table shop.returns add foreign key (order_id, line) references shop.order_items;
alter table shop.reviews add foreign key (product_id) references shop.products,
  add foreign key (customer_id) references shop.customers;
alter table shop.products add foreign key (top_review_id) references shop.reviews
  deferrable initially deferred;
alter table shop.invoices add foreign key (order_id) references shop.orders;
alter table shop.carts add foreign key (customer_id) references shop.customers on delete set null;
alter table shop."Gift Cards" add foreign key (customer_id) references shop.customers;
alter table shop.page_views add foreign key (customer_id) references shop.customers;

create view shop.order_totals as
  select o.id, o.number, o.customer_id, o.status, count(i.line) as lines, sum(i.amount) as amount
  from shop.orders o join shop.order_items i on i.order_id = o.id group by o.id;
create view shop.best_customers as
  select c.id, c.name, c.tier, sum(t.amount) as amount
  from shop.customers c join shop.order_totals t on t.customer_id = c.id
  where t.status <> 'cancelled' group by c.id;
create materialized view shop.monthly_sales as
  select (date_trunc('month', o.placed_at at time zone 'UTC'))::date as month, o.status,
         count(*) as orders, sum(o.total) as total
  from shop.orders o group by 1, 2;
create unique index monthly_sales_key on shop.monthly_sales (month, status);

comment on table shop.orders is 'One row for each order, cancelled ones included.';
comment on column shop.orders.number is 'What the customer sees; follows from the id.';
comment on table shop."Gift Cards" is 'Cards sold; a name that has to be quoted.';
comment on column shop.customers.tier is 'Bronze, silver, gold or platinum: it''s set by hand.';
comment on view shop.order_totals is 'Orders with the sum of their lines.';
comment on index shop.orders_open is 'What the morning''s pick list reads.';
comment on constraint reviews_stars_check on shop.reviews is 'One to five stars.';
comment on sequence shop.invoice_number is 'Numbers of invoices, without gaps by law.';
