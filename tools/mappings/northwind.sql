-- Northwind: what a trader in foods sold to 91 customers, 1996-07-04 to 1998-05-06.
-- Tables: customers, orders, order_details, products, employees, as northwind_to_csv makes them of the dump.
--
--   a customer        AccountOpened on the day of its first order, with its country. Two never ordered: they are
--                     opened on the first day of the data, and noted
--   an order          InvoiceIssued on its day, since the data knows no invoices of its own; CommitmentMade: it will
--                     leave by required_date. It is no deal: the data knows neither what else was offered nor what was
--                     lost, and no win rate should come of it
--   shipped_date      CommitmentKept (in time or not, by the two days), and CostIncurred: the freight, as logistics.
--                     An order not shipped yet has cost no freight yet
--
-- Of a line the list price is the unit price of the order's day, the charged price that less the discount, exactly: a
-- price of two decimals less a discount of two has four, and nothing is rounded. Amounts are taken as US dollars. The
-- employee who took an order is the actor of its events. The data knows days without a time: each event is at the first
-- instant of its day, UTC.

CREATE INDEX order_details_by_order ON order_details (order_id);

CREATE TABLE sale AS
  SELECT o.line, order_id AS id, customer_id AS account, order_date || 'T00:00:00Z' AS at, required_date,
         nullif(shipped_date, '') || 'T00:00:00Z' AS shipped_at, freight,
         (SELECT first_name || ' ' || last_name FROM employees AS e WHERE e.employee_id = o.employee_id) AS agent,
         (SELECT dec_sum(dec_mul(dec_mul(unit_price, dec_sub(1, discount)), quantity))
          FROM order_details AS d WHERE d.order_id = o.order_id) AS net,
         (SELECT json_group_array(json(item)) FROM (
            SELECT json_object('product', product_name, 'quantity', dec(quantity),
                               'list_price', money(d.unit_price, 'USD'),
                               'charged_price', money(dec_mul(d.unit_price, dec_sub(1, discount)), 'USD')) AS item
            FROM order_details AS d JOIN products USING (product_id)
            WHERE d.order_id = o.order_id ORDER BY d.line)) AS items
  FROM orders AS o;
CREATE INDEX sale_by_account ON sale (account);

WITH
mapped(at, line, where_found, part, event, note) AS (
  SELECT coalesce(min(at), (SELECT min(at) FROM sale)), c.line, 'customers line ' || c.line, 1, json_object(
    'event_id', 'account-' || customer_id, 'source', 'northwind', 'account_id', customer_id,
    'occurred_at', coalesce(min(at), (SELECT min(at) FROM sale)),
    'account_opened', json_object('fields', json_object('name', company_name, 'country', nullif(country, '')))),
    iif(min(at) IS NULL, 'a customer without orders: opened on the first day of the data', NULL)
  FROM customers AS c LEFT JOIN sale ON account = customer_id GROUP BY customer_id
  UNION ALL
  SELECT at, line, 'orders line ' || line, 2, json_object(
    'event_id', 'invoice-' || id, 'source', 'northwind', 'account_id', account, 'occurred_at', at, 'actor', agent,
    'invoice_issued', json_object(
      'invoice', json_object('id', id), 'net', money(net, 'USD'), 'gross', money(net, 'USD'),
      'lines', json(items))), NULL
  FROM sale
  UNION ALL
  SELECT at, line, 'orders line ' || line, 3, json_object(
    'event_id', 'promise-' || id, 'source', 'northwind', 'account_id', account, 'occurred_at', at, 'actor', agent,
    'commitment_made', json_object(
      'commitment', json_object('id', id), 'due', day(required_date), 'subject', 'the order leaves')), NULL
  FROM sale
  UNION ALL
  SELECT shipped_at, line, 'orders line ' || line, 4, json_object(
    'event_id', 'shipped-' || id, 'source', 'northwind', 'account_id', account, 'occurred_at', shipped_at,
    'commitment_kept', json_object('commitment', json_object('id', id))), NULL
  FROM sale WHERE shipped_at IS NOT NULL
  UNION ALL
  SELECT shipped_at, line, 'orders line ' || line, 5, json_object(
    'event_id', 'freight-' || id, 'source', 'northwind', 'account_id', account, 'occurred_at', shipped_at,
    'cost_incurred', json_object('kind', 'COST_KIND_LOGISTICS', 'amount', money(freight, 'USD'),
                                 'note', 'freight of order ' || id)), NULL
  FROM sale WHERE shipped_at IS NOT NULL)
SELECT event, at AS recorded_at, where_found AS line, note FROM mapped ORDER BY mapped.at, part, mapped.line;
