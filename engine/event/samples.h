// Test support: one whole, valid body of every kind, each field of it present.
#pragma once

#include <string_view>

namespace kontor {

inline constexpr std::string_view kSampleBodies[] = {
    // account
    R"(account_opened { fields { name: 'Acme GmbH' segment: 'enterprise' industry: 'pharma' country: 'DE'
       parent: 'holding' manager: 'kim' tier: 'A' } })",
    R"(account_changed { fields { name: 'Acme SE' segment: 'enterprise' industry: 'pharma' country: 'DE' parent: ''
       manager: 'lee' tier: 'B' } })",
    R"(account_closed { reason: 'moved' })",
    // interaction
    R"(interaction_recorded { channel: CHANNEL_CALL direction: DIRECTION_INBOUND department: 'sales'
       participants { id: 'p-1' namespace: 'crm' } duration_seconds: 600 sentiment: -100 subject: 'price' })",
    R"(issue_raised { issue { id: 'i-1' namespace: 'desk' } severity: SEVERITY_HIGH department: 'service'
       product: 'mill' subject: 'broken' contact { id: 'p-1' namespace: 'crm' } })",
    R"(issue_resolved { issue { id: 'i-1' namespace: 'desk' } resolution: 'replaced' })",
    R"(survey_answered { kind: SURVEY_KIND_CES answer: 7 scale_min: 1 scale_max: 7 easy_end: EASY_END_HIGH
       contact { id: 'p-1' namespace: 'crm' } survey { id: 's-1' namespace: 'crm' } comment: 'smooth' })",
    R"(commitment_made { commitment { id: 'c-1' namespace: 'crm' } due { year: 2026 month: 12 day: 1 }
       department: 'usage' subject: 'training' contact { id: 'p-1' namespace: 'crm' } deal { id: 'd-1'
       namespace: 'crm' } })",
    R"(commitment_redated { commitment { id: 'c-1' namespace: 'crm' } due { year: 2027 month: 1 day: 1 }
       reason: 'ill' })",
    R"(commitment_kept { commitment { id: 'c-1' namespace: 'crm' } note: 'done' })",
    R"(commitment_broken { commitment { id: 'c-1' namespace: 'crm' } reason: 'forgot' })",
    R"(commitment_withdrawn { commitment { id: 'c-1' namespace: 'crm' } reason: 'no need' })",
    // deal
    R"(deal_opened { deal { id: 'd-1' namespace: 'crm' } kind: DEAL_KIND_RENEWAL name: 'mills'
       amount { currency_code: 'EUR' units: 1000 nanos: 500000000 } expected_close { year: 2027 month: 2 day: 28 }
       stage: 'offer' renews { id: 'd-0' namespace: 'crm' } lines { product: 'mill' description: 'small'
       quantity { units: -1 nanos: -500000000 } list_price { currency_code: 'EUR' units: 10 nanos: 1 }
       charged_price { currency_code: 'EUR' units: 9 nanos: 1 } unit_cost { currency_code: 'EUR' units: 5
       nanos: 1 } } contact { id: 'p-1' namespace: 'crm' } })",
    R"(deal_changed { deal { id: 'd-1' namespace: 'crm' } stage: 'talks' amount { currency_code: 'EUR' units: 1
       nanos: 1 } expected_close { year: 2027 month: 3 day: 1 } })",
    R"(deal_won { deal { id: 'd-1' namespace: 'crm' } amount { currency_code: 'EUR' units: 1 nanos: 1 }
       recurring_amount { currency_code: 'EUR' units: 1 nanos: 1 } first_day { year: 2027 month: 1 day: 1 }
       term_months: 12 auto_renewal: true renews { id: 'd-0' namespace: 'crm' } lines { product: 'mill'
       description: 'small' quantity { units: 1 nanos: 1 } list_price { currency_code: 'EUR' units: 10 nanos: 1 }
       charged_price { currency_code: 'EUR' units: 9 nanos: 1 } unit_cost { currency_code: 'EUR' units: 5
       nanos: 1 } } })",
    R"(deal_lost { deal { id: 'd-1' namespace: 'crm' } reason: 'price' competitor: 'Millers' })",
    // payment
    R"(invoice_issued { invoice { id: '1001' namespace: 'erp' } net { currency_code: 'EUR' units: 100 nanos: 1 }
       tax { currency_code: 'EUR' units: 19 nanos: 1 } gross { currency_code: 'EUR' units: 119 nanos: 2 }
       due { year: 2026 month: 12 day: 24 } service_from { year: 2026 month: 11 day: 1 } service_to { year: 2026
       month: 11 day: 30 } deal { id: 'd-1' namespace: 'crm' } lines { product: 'mill' description: 'small'
       quantity { units: 1 nanos: 1 } list_price { currency_code: 'EUR' units: 10 nanos: 1 }
       charged_price { currency_code: 'EUR' units: 9 nanos: 1 } unit_cost { currency_code: 'EUR' units: 5
       nanos: 1 } } })",
    R"(invoice_cancelled { invoice { id: '1001' namespace: 'erp' } reason: 'twice' })",
    R"(credit_note_issued { credit_note { id: 'n-1' namespace: 'erp' } invoice { id: '1001' namespace: 'erp' }
       net { currency_code: 'EUR' units: 100 nanos: 1 } tax { currency_code: 'EUR' units: 19 nanos: 1 }
       gross { currency_code: 'EUR' units: 119 nanos: 2 } lines { product: 'mill' description: 'small'
       quantity { units: 1 nanos: 1 } list_price { currency_code: 'EUR' units: 10 nanos: 1 }
       charged_price { currency_code: 'EUR' units: 9 nanos: 1 } unit_cost { currency_code: 'EUR' units: 5
       nanos: 1 } } reason: 'late' })",
    R"(payment_received { payment { id: 'y-1' namespace: 'bank' } amount { currency_code: 'EUR' units: 119
       nanos: 2 } allocations { invoice { id: '1001' namespace: 'erp' } amount { currency_code: 'EUR' units: 119
       nanos: 2 } } method: 'transfer' })",
    R"(payment_refunded { refund { id: 'r-1' namespace: 'bank' } amount { currency_code: 'EUR' units: 119
       nanos: 2 } allocations { invoice { id: '1001' namespace: 'erp' } amount { currency_code: 'EUR' units: 119
       nanos: 1 } } payment { id: 'y-1' namespace: 'bank' } reason: 'twice' })",
    R"(invoice_written_off { invoice { id: '1001' namespace: 'erp' } net { currency_code: 'EUR' units: -100
       nanos: -1 } tax { currency_code: 'EUR' units: -19 nanos: -1 } gross { currency_code: 'EUR' units: -119
       nanos: -2 } reason: 'paid after all' })",
    // cost
    R"(cost_incurred { kind: COST_KIND_STAFF_TIME amount { currency_code: 'EUR' units: 50 nanos: 1 }
       department: 'service' deal { id: 'd-1' namespace: 'crm' } note: 'visit' })",
    // key account
    R"(key_account_designated { reason: 'grows' criteria_version: 'v1' })",
    R"(key_account_released { reason: 'shrank' })",
    R"(criterion_scored { criterion: CRITERION_TENURE score: 10 evidence: 'since 1999' })",
    R"(potential_estimated { kind: POTENTIAL_KIND_GROWTH amount_per_year { currency_code: 'EUR' units: 1 nanos: 1 }
       evidence: 'survey' })",
    R"(credit_assessed { rating: 10 limit { currency_code: 'EUR' units: 1 nanos: 1 } agency: 'Rater' })",
    R"(target_set { measure: TARGET_MEASURE_BOOKED period_from { year: 2027 month: 1 day: 1 }
       period_to { year: 2027 month: 12 day: 31 } amount { currency_code: 'EUR' units: 1 nanos: 1 } })",
    R"(goal_set { goal { id: 'g-1' namespace: 'crm' } why: 'a' what_for: 'b' how: 'c' measure: 'portal orders, %'
       start { units: -1 nanos: -1 } target { units: 50 nanos: 1 } due { year: 2027 month: 6 day: 30 } })",
    R"(goal_measured { goal { id: 'g-1' namespace: 'crm' } value { units: 40 nanos: 1 } })",
    R"(goal_closed { goal { id: 'g-1' namespace: 'crm' } outcome: GOAL_OUTCOME_REACHED note: 'well' })",
    R"(contact_declared { contact { id: 'p-1' namespace: 'crm' } name: 'Ann' department: 'purchasing'
       role: PURCHASE_ROLE_BUYER influence: 5 stance: STANCE_CHAMPION title: 'Head' })",
    R"(contact_left { contact { id: 'p-1' namespace: 'crm' } reason: 'retired' })",
    R"(need_identified { need { id: 'n-1' namespace: 'crm' } subject: 'finer flour' product: 'mill'
       contact { id: 'p-1' namespace: 'crm' } })",
    R"(offer_made { offer { id: 'o-1' namespace: 'crm' } kind: OFFER_KIND_BETA_TEST need { id: 'n-1'
       namespace: 'crm' } product: 'mill' amount { currency_code: 'EUR' units: 1 nanos: 1 } answer_due { year: 2027
       month: 1 day: 31 } })",
    R"(offer_answered { offer { id: 'o-1' namespace: 'crm' } response: OFFER_RESPONSE_ACCEPTED reason: 'good'
       deal { id: 'd-1' namespace: 'crm' } })",
    R"(product_usage_reported { product: 'mill' quantity { units: 5 nanos: 1 } unit: 'hours'
       period_from { year: 2026 month: 10 day: 1 } period_to { year: 2026 month: 10 day: 31 } })",
    R"(relationship_declared { relationship { id: 'x-1' namespace: 'crm' } kind: RELATIONSHIP_KIND_PARTNER
       organisation: 'Bakers' note: 'close' })",
    R"(relationship_ended { relationship { id: 'x-1' namespace: 'crm' } reason: 'quarrel' })",
    // correction
    R"(event_voided { target_source: 'crm-eu' target_event_id: 'e-0' reason: 'wrong account' })",
    // reference
    R"(accounts_merged { survivor: 'acme' absorbed: 'acme-2' reason: 'one firm' })",
    R"(merge_reverted { merge_source: 'crm-eu' merge_event_id: 'e-0' reason: 'two firms' })",
    R"(criteria_adopted { version: 'v1' criteria { criterion: CRITERION_TENURE weight { units: 2 nanos: 1 } scale {
       from { units: -1 nanos: -1 } score: 1 } scale { from { units: 1 nanos: 1 } score: 10 } }
       threshold { units: 7 nanos: 1 } })",
    R"(health_model_adopted { version: 'v1' components { component: HEALTH_COMPONENT_NPS weight { units: 1
       nanos: 1 } at_zero { units: -100 nanos: -1 } at_hundred { units: 100 nanos: 1 } } })",
    R"(signal_rules_adopted { version: 'v1' rules { kind: SIGNAL_KIND_SILENCE threshold { units: 2 nanos: 1 } } })",
    R"(retention_assumed { margin { nanos: 200000000 } retention { nanos: 900000000 }
       discount_rate { nanos: 100000000 } })",
    R"(exchange_rate_published { base_currency: 'EUR' quote_currency: 'USD' rate { units: 1 nanos: 100000000 }
       day { year: 2026 month: 11 day: 24 } })",
    R"(parameters_adopted { rate_age_days: 7 sentiment_half_life_days: 90 prediction_horizon_years: 3
       white_space_share { nanos: 400000000 } white_space_accounts_min: 5 })",
};

}  // namespace kontor
