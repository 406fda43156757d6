-- CRM opportunities: 8,800 deals of a seller of hardware, with the companies they were made with.
-- Tables: accounts, products, sales_pipeline, each by the name of its file. (sales_teams.csv says which manager and
-- office an agent belongs to, which is no fact about an account: it is not read.)
--
--   an account with a deal  AccountOpened on the day of the first: sector as industry, office_location as country,
--                           subsidiary_of as parent. An account's id is its name.
--   engage_date             DealOpened at the stage Engaging, with the product and its list price
--   Won on close_date       DealWon of close_value, in USD
--   Lost on close_date      DealLost
--
-- The agent of a deal is the actor of its events. The data knows days without a time: each event is at the first
-- instant of its day, UTC. A deal without an account is nobody's, and one without an engage date never began to count:
-- these give no event and are listed as invalid, with their line in sales_pipeline.csv.
--
-- Dirt is never passed over. What another table of the data mends is mended, and noted: the product GTXPro is GTX Pro
-- in the list of products. What only a guess would mend is kept as it stands, and noted: the sector technolgy, the
-- country Philipines.

CREATE TABLE deal AS
  SELECT p.line, opportunity_id AS id, sales_agent AS agent, account, deal_stage,
         nullif(engage_date, '') || 'T00:00:00Z' AS opened_at, nullif(close_date, '') || 'T00:00:00Z' AS closed_at,
         close_value,
         coalesce(exact.product, mended.product, p.product) AS product,
         coalesce(exact.sales_price, mended.sales_price) AS list_price,
         CASE WHEN exact.product IS NOT NULL THEN NULL
              WHEN mended.product IS NOT NULL
                THEN 'product ' || p.product || ' is taken as ' || mended.product || ', as the list of products has it'
              ELSE 'product ' || p.product || ' is not in the list of products: kept as it stands' END AS note,
         CASE WHEN account = '' AND engage_date = '' THEN 'a deal with no account and no engage date'
              WHEN account = '' THEN 'a deal with no account'
              WHEN engage_date = '' THEN 'a deal with no engage date' END AS fault
  FROM sales_pipeline AS p
  LEFT JOIN products AS exact ON exact.product = p.product
  LEFT JOIN products AS mended ON replace(mended.product, ' ', '') = replace(p.product, ' ', '');

WITH
mapped(at, line, where_found, part, event, note) AS (
  SELECT min(opened_at), a.line, 'accounts line ' || a.line, 1, json_object(
    'event_id', 'account-' || a.account, 'source', 'crm', 'account_id', a.account, 'occurred_at', min(opened_at),
    'account_opened', json_object('fields', json_object(
      'name', a.account, 'industry', nullif(sector, ''), 'country', nullif(office_location, ''),
      'parent', nullif(subsidiary_of, '')))),
    CASE WHEN sector = 'technolgy' THEN 'sector technolgy is kept as it stands' || iif(
           office_location = 'Philipines', '; so is country Philipines', '')
         WHEN office_location = 'Philipines' THEN 'country Philipines is kept as it stands' END
  FROM accounts AS a LEFT JOIN deal ON deal.account = a.account AND fault IS NULL GROUP BY a.account
  UNION ALL
  SELECT opened_at, line, 'sales_pipeline line ' || line, 2, iif(fault IS NOT NULL, invalid(fault), json_object(
    'event_id', id || '-opened', 'source', 'crm', 'account_id', account, 'occurred_at', opened_at, 'actor', agent,
    'deal_opened', json_object(
      'deal', json_object('id', id), 'stage', 'Engaging',
      'lines', json_array(json_object('product', product, 'quantity', dec(1),
                                      'list_price', money(list_price, 'USD')))))),
    note
  FROM deal
  UNION ALL
  SELECT closed_at, line, 'sales_pipeline line ' || line, 3, json_object(
    'event_id', id || '-won', 'source', 'crm', 'account_id', account, 'occurred_at', closed_at, 'actor', agent,
    'deal_won', json_object(
      'deal', json_object('id', id), 'amount', money(close_value, 'USD'),
      'lines', json_array(json_object('product', product, 'quantity', dec(1), 'list_price', money(list_price, 'USD'),
                                      'charged_price', money(close_value, 'USD'))))),
    NULL
  FROM deal WHERE deal_stage = 'Won' AND fault IS NULL
  UNION ALL
  SELECT closed_at, line, 'sales_pipeline line ' || line, 3, json_object(
    'event_id', id || '-lost', 'source', 'crm', 'account_id', account, 'occurred_at', closed_at, 'actor', agent,
    'deal_lost', json_object('deal', json_object('id', id))),
    NULL
  FROM deal WHERE deal_stage = 'Lost' AND fault IS NULL)
SELECT event, at AS recorded_at, where_found AS line, note
FROM mapped ORDER BY mapped.at, part, mapped.line;
