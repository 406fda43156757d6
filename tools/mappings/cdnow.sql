-- CDNOW (sample): what 2,357 customers bought of a music shop on the web, 1997-01 to 1998-06, one row a purchase.
-- Table: cdnow (master_id, customer_id, day, cds, dollars), as cdnow_to_csv makes it of the fixed columns.
--
--   a customer's first purchase   AccountOpened
--   a purchase                    InvoiceIssued, with a line that tells how many CDs, and PaymentReceived of all of it
--                                 on the same day: the shop was paid when it was ordered from
--
-- The data knows days without a time: each event is at the first instant of its day, UTC. Several purchases of one
-- customer on one day, some alike in every column, are told apart by their order in the file.

CREATE TABLE purchase AS
  SELECT line, customer_id, dollars, cds, date_text || 'T00:00:00Z' AS at,
         customer_id || '-' || day || '-' || row_number() OVER (PARTITION BY customer_id, day ORDER BY line) AS id,
         row_number() OVER (PARTITION BY customer_id ORDER BY day, line) AS nth
  FROM (SELECT *, substr(day, 1, 4) || '-' || substr(day, 5, 2) || '-' || substr(day, 7, 2) AS date_text FROM cdnow);

WITH mapped(line, part, at, event) AS (
  SELECT line, 1, at, json_object(
    'event_id', 'account-' || customer_id, 'source', 'cdnow', 'account_id', customer_id, 'occurred_at', at,
    'account_opened', json_object())
  FROM purchase WHERE nth = 1
  UNION ALL
  SELECT line, 2, at, json_object(
    'event_id', 'invoice-' || id, 'source', 'cdnow', 'account_id', customer_id, 'occurred_at', at,
    'invoice_issued', json_object(
      'invoice', json_object('id', id), 'net', money(dollars, 'USD'), 'gross', money(dollars, 'USD'),
      'lines', json_array(json_object('product', 'CD', 'quantity', dec(cds)))))
  FROM purchase
  UNION ALL
  SELECT line, 3, at, json_object(
    'event_id', 'payment-' || id, 'source', 'cdnow', 'account_id', customer_id, 'occurred_at', at,
    'payment_received', json_object(
      'payment', json_object('id', id), 'amount', money(dollars, 'USD'),
      'allocations', json_array(json_object('invoice', json_object('id', id), 'amount', money(dollars, 'USD')))))
  FROM purchase)
SELECT event, at AS recorded_at, line FROM mapped ORDER BY mapped.line, part;
