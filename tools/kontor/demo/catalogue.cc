#include "tools/kontor/demo/catalogue.h"

#include "engine/base/check.h"

namespace kontor::demo {
namespace {

using Words = std::string_view;

constexpr Words kGermanStems[] = {"Ahlsiek",  "Brandorf",   "Dornhag",    "Eichwald",  "Falkenrot", "Grauheim",
                                  "Hollbeck", "Immental",   "Kaltenried", "Lindmoor",  "Mühlgrund", "Nordwerk",
                                  "Ostertal", "Pfalzau",    "Rabenforst", "Steinlach", "Tannbrück", "Ulmhorst",
                                  "Vossbach", "Wiesenfeld", "Zellhof",    "Birkenau",  "Hagenkamp", "Löwental"};
constexpr Words kRomanceStems[] = {"Altamare",  "Belrive",   "Castelmonte", "Delorme",    "Esperenza", "Fontclair",
                                   "Grandval",  "Hautecour", "Isolabella",  "Jourdanne",  "Lacombe",   "Montserac",
                                   "Novaterra", "Orvigny",   "Pontarel",    "Quadrifons", "Rivalto",   "Sanfelice",
                                   "Terrasole", "Valdoro",   "Verneuse",    "Villadoro",  "Beauchêne", "Córdena"};
constexpr Words kDutchStems[] = {"Amstelhof",  "Blokzand",   "Dijkveld",   "Eikenrode",  "Geulmond",   "Haverland",
                                 "Ijsselrand", "Kanaalwijk", "Leemhorst",  "Maasbracht", "Noordvliet", "Oudezand",
                                 "Polderwerk", "Rietmeer",   "Schelvaart", "Terhove",    "Veenwaard",  "Waterschans"};
constexpr Words kEnglishStems[] = {"Ashcombe",  "Bexford",    "Calderbrook", "Dunmore Hill", "Eastwick", "Fairlow",
                                   "Greywater", "Harrowgate", "Ironbridge",  "Kestrel Bay",  "Longmere", "Marlowe",
                                   "Northcote", "Oakhollow",  "Penrose",     "Quarryside",   "Redfern",  "Silverlake",
                                   "Thornbury", "Upland",     "Vantage",     "Westbourne",   "Yarrow",   "Blue Heron"};
constexpr Words kFinnishStems[] = {"Aurinkola", "Hirvilahti", "Järvenranta", "Koivula",    "Lumiharju",
                                   "Metsola",   "Niemelä",    "Pohjanlahti", "Saarikoski", "Tuulimäki"};

constexpr Words kGermanForms[] = {"GmbH", "AG", "GmbH & Co. KG", "KG"};
constexpr Words kSwissForms[] = {"AG", "GmbH"};
constexpr Words kFrenchForms[] = {"SA", "SAS", "SARL"};
constexpr Words kItalianForms[] = {"S.p.A.", "S.r.l."};
constexpr Words kSpanishForms[] = {"S.A.", "S.L."};
constexpr Words kDutchForms[] = {"B.V.", "N.V."};
constexpr Words kBelgianForms[] = {"NV", "BV"};
constexpr Words kFinnishForms[] = {"Oy", "Oyj"};
constexpr Words kBritishForms[] = {"Ltd", "plc"};
constexpr Words kAmericanForms[] = {"Inc.", "LLC", "Corp."};

constexpr Market kMarkets[] = {
    {"DE", "EUR", "erp-eu", 190, 1, 1000, 24, kGermanStems, kGermanForms},
    {"AT", "EUR", "erp-eu", 200, 1, 1000, 6, kGermanStems, kGermanForms},
    {"CH", "CHF", "erp-eu", 81, 1, 990, 8, kGermanStems, kSwissForms},
    {"FR", "EUR", "erp-eu", 200, 1, 1010, 11, kRomanceStems, kFrenchForms},
    {"IT", "EUR", "erp-eu", 220, 1, 980, 7, kRomanceStems, kItalianForms},
    {"ES", "EUR", "erp-eu", 210, 1, 960, 6, kRomanceStems, kSpanishForms},
    {"NL", "EUR", "erp-eu", 210, 1, 1000, 7, kDutchStems, kDutchForms},
    {"BE", "EUR", "erp-eu", 210, 1, 1000, 4, kDutchStems, kBelgianForms},
    {"FI", "EUR", "erp-eu", 255, 2, 1040, 4, kFinnishStems, kFinnishForms},
    {"GB", "GBP", "erp-uk", 200, 0, 880, 12, kEnglishStems, kBritishForms},
    {"US", "USD", "erp-us", 0, -5, 1090, 13, kEnglishStems, kAmericanForms},
};

constexpr Words kPharmaTrades[] = {"Pharma", "Biotech", "Laboratories"};
constexpr Words kChemicalTrades[] = {"Chemicals", "Polymers", "Coatings"};
constexpr Words kFoodTrades[] = {"Foods", "Dairy", "Beverages"};
constexpr Words kLogisticsTrades[] = {"Logistics", "Cold Chain", "Freight"};
constexpr Words kUtilityTrades[] = {"Energy", "Utilities", "Grid Services"};
constexpr Words kAutomotiveTrades[] = {"Automotive", "Drive Systems", "Castings"};
constexpr Words kMachineryTrades[] = {"Machinery", "Engineering", "Tooling"};
constexpr Words kWaterTrades[] = {"Water", "Filtration", "Aqua Systems"};
constexpr Words kConstructionTrades[] = {"Construction", "Building Systems", "Concrete"};
constexpr Words kAgricultureTrades[] = {"Agri", "Seeds", "Greenhouses"};
constexpr Words kHealthTrades[] = {"Medical", "Clinics", "Diagnostics"};
constexpr Words kRetailTrades[] = {"Markets", "Trading", "Retail"};

constexpr Industry kIndustries[] = {
    {"pharma", kPharmaTrades, {980, 960, 1050, 1000, 1000, 1020, 930, 850, 1060, 1050, 1060, 1040}},
    {"chemicals", kChemicalTrades, {960, 980, 1060, 1050, 1030, 1010, 920, 860, 1060, 1060, 1040, 970}},
    {"food and beverage", kFoodTrades, {860, 880, 980, 1030, 1080, 1120, 1100, 1040, 1010, 1000, 980, 920}},
    {"logistics", kLogisticsTrades, {900, 900, 960, 970, 980, 980, 950, 940, 1040, 1120, 1180, 1080}},
    {"utilities", kUtilityTrades, {1050, 1020, 1000, 960, 930, 900, 880, 900, 1010, 1090, 1130, 1130}},
    {"automotive supply", kAutomotiveTrades, {1000, 1020, 1080, 1040, 1020, 1010, 880, 720, 1080, 1080, 1060, 1010}},
    {"machinery", kMachineryTrades, {940, 960, 1060, 1020, 1000, 1040, 940, 850, 1050, 1040, 1060, 1040}},
    {"water treatment", kWaterTrades, {900, 920, 1020, 1060, 1080, 1080, 1020, 960, 1020, 1000, 980, 960}},
    {"construction", kConstructionTrades, {720, 760, 960, 1100, 1180, 1180, 1120, 1040, 1120, 1080, 940, 800}},
    {"agriculture", kAgricultureTrades, {820, 980, 1260, 1320, 1180, 1000, 880, 900, 1020, 960, 880, 800}},
    {"healthcare", kHealthTrades, {1000, 980, 1020, 1000, 990, 980, 940, 900, 1020, 1040, 1060, 1070}},
    {"retail", kRetailTrades, {840, 820, 900, 940, 960, 960, 940, 960, 1040, 1140, 1300, 1200}},
};

constexpr Product kEquipment[] = {
    {"ANALYSER-X", "Process analyser, four channels", ProductKind::kEquipment, 2'480'000, 560},
    {"ANALYSER-S", "Process analyser, one channel", ProductKind::kEquipment, 890'000, 570},
    {"CALIB-BENCH", "Calibration bench", ProductKind::kEquipment, 545'000, 600},
    {"FLOW-D80", "Flow meter, DN 80", ProductKind::kEquipment, 264'000, 580},
    {"FLOW-D25", "Flow meter, DN 25", ProductKind::kEquipment, 129'000, 590},
    {"GATEWAY-4", "Field gateway, four ports", ProductKind::kEquipment, 74'900, 520},
    {"SENSOR-P10", "Pressure sensor, 10 bar", ProductKind::kEquipment, 28'600, 540},
    {"SENSOR-T20", "Temperature probe", ProductKind::kEquipment, 14'900, 530},
};
constexpr Product kConsumables[] = {
    {"SPARES-BOX", "Box of spare parts", ProductKind::kConsumable, 41'500, 620},
    {"REAGENT-5L", "Reagent, 5 litres", ProductKind::kConsumable, 18'950, 480},
    {"FILTER-12", "Filters, pack of 12", ProductKind::kConsumable, 9'640, 500},
    {"SEAL-KIT", "Seal kit", ProductKind::kConsumable, 4'280, 450},
    {"BUFFER-1L", "Buffer solution, 1 litre", ProductKind::kConsumable, 2'190, 430},
};
constexpr Product kSubscriptions[] = {
    {"SUPPORT-PLUS", "Service within four hours, a site", ProductKind::kSubscription, 39'000, 610},
    {"CALIB-CARE", "Calibration plan, an instrument", ProductKind::kSubscription, 8'400, 550},
    {"CLOUD-MON", "Monitoring, a measuring point", ProductKind::kSubscription, 2'400, 280},
};

constexpr Words kTowns[] = {"Nord", "Süd", "West", "Ost", "Central", "Harbour", "Valley", "Alpine", "Coast", "Lakes"};
constexpr Words kFirstNames[] = {
    "Anna",  "Ben",    "Carla", "David", "Elena", "Fabien", "Greta",  "Henrik", "Inès",   "Jonas",  "Katja", "Liam",
    "Marta", "Nadia",  "Oscar", "Paula", "Quinn", "Rosa",   "Stefan", "Tomas",  "Ulla",   "Viktor", "Wanda", "Yusuf",
    "Zoé",   "Andrea", "Bruno", "Clara", "Dario", "Emma",   "Felix",  "Giulia", "Hannah", "Ivo",    "Julia", "Kerstin"};
constexpr Words kLastNames[] = {
    "Albers", "Bianchi",  "Carter",  "Dubois",   "Ericson", "Fischer",  "Garnier",   "Hughes",   "Iversen", "Jansen",
    "Keller", "Lambert",  "Moretti", "Nowak",    "Okafor",  "Petersen", "Quist",     "Romano",   "Schäfer", "Turner",
    "Ulrich", "Vermeer",  "Walsh",   "Xu",       "Young",   "Zimmer",   "Andersson", "Bakker",   "Conti",   "De Vries",
    "Evans",  "Fournier", "Gruber",  "Hoffmann", "Ibrahim", "Johnson",  "Koskinen",  "Lindgren", "Martin",  "Nielsen"};
constexpr Words kManagers[] = {"lena.hartmann", "marc.dupuis",  "sofia.ricci",  "tom.ashby",   "jana.koch",
                               "pieter.smit",   "aino.laine",   "rachel.stone", "urs.brunner", "ines.moreno",
                               "paul.wagner",   "claire.noble", "dan.whitaker", "eva.lorenz"};
constexpr Words kContactDepartments[] = {"procurement", "production", "quality",   "maintenance",
                                         "IT",          "finance",    "management"};
constexpr Words kSalesSubjects[] = {"Quarterly review",         "Price list for next year", "Offer walked through",
                                    "New line at their plant",  "Call-off quantities",      "Budget for instruments",
                                    "Introduction of the team", "Framework agreement",      "Forecast of demand",
                                    "Visit to the fair"};
constexpr Words kServiceSubjects[] = {"Commissioning",         "Calibration visit", "Training of operators",
                                      "Readings out of range", "Spare parts",       "Firmware update",
                                      "Maintenance planned",   "Data export",       "Access for a new site"};
constexpr Words kIssueSubjects[] = {"Probe drifts after cleaning",   "Gateway loses its connection",
                                    "Wrong item delivered",          "Invoice does not match the order",
                                    "Report shows yesterday's data", "Alarm came too late",
                                    "Delivery two days late",        "Analyser reports error 41",
                                    "Certificate is missing",        "Portal login fails"};
constexpr Words kPromiseSubjects[] = {"Send the revised offer",
                                      "Deliver the demo unit",
                                      "Fix the data export",
                                      "Calibration certificates for the audit",
                                      "Name a second service engineer",
                                      "Test report of the pilot",
                                      "Training for the night shift",
                                      "Answer on the price of spares",
                                      "Install the second gateway",
                                      "Root cause of the alarm"};
constexpr Words kNeedSubjects[] = {"Fewer manual readings",    "Proof of cold chain for audits",
                                   "One view over all plants", "Shorter calibration stops",
                                   "Less reagent per batch",   "Early warning of pump failure",
                                   "Data in their own ERP",    "Measuring in explosive areas"};
constexpr Words kLossReasons[] = {"price",     "no budget",      "project stopped", "went with the incumbent",
                                  "lead time", "missing feature"};
constexpr Words kCompetitors[] = {"Metrovia", "Sensarion", "Gaugeworks", "Prozesskraft"};
constexpr Words kPartners[] = {"Planbureau Vier", "Integra Automation", "Northshore Systems",
                               "Studio Impianti", "Kessel & Rohr",      "Atelier Mesure"};

}  // namespace

std::span<const Market> Markets() { return kMarkets; }

const Market& MarketOf(std::string_view country) {
  for (const Market& market : kMarkets) {
    if (market.country == country) return market;
  }
  KONTOR_CHECK(false && "no such market");
}

std::span<const Industry> Industries() { return kIndustries; }

std::string_view SegmentName(Segment segment) {
  switch (segment) {
    case Segment::kEnterprise:
      return "enterprise";
    case Segment::kMidMarket:
      return "mid-market";
    case Segment::kSmallBusiness:
      return "small business";
  }
  KONTOR_CHECK(false && "no such segment");
}

std::span<const Product> Products(ProductKind kind) {
  switch (kind) {
    case ProductKind::kEquipment:
      return kEquipment;
    case ProductKind::kConsumable:
      return kConsumables;
    case ProductKind::kSubscription:
      return kSubscriptions;
  }
  KONTOR_CHECK(false && "no such kind of product");
}

std::span<const std::string_view> Towns() { return kTowns; }
std::span<const std::string_view> FirstNames() { return kFirstNames; }
std::span<const std::string_view> LastNames() { return kLastNames; }
std::span<const std::string_view> Managers() { return kManagers; }
std::span<const std::string_view> ContactDepartments() { return kContactDepartments; }
std::span<const std::string_view> SalesSubjects() { return kSalesSubjects; }
std::span<const std::string_view> ServiceSubjects() { return kServiceSubjects; }
std::span<const std::string_view> IssueSubjects() { return kIssueSubjects; }
std::span<const std::string_view> PromiseSubjects() { return kPromiseSubjects; }
std::span<const std::string_view> NeedSubjects() { return kNeedSubjects; }
std::span<const std::string_view> LossReasons() { return kLossReasons; }
std::span<const std::string_view> Competitors() { return kCompetitors; }
std::span<const std::string_view> Partners() { return kPartners; }

}  // namespace kontor::demo
