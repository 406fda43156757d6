#include "engine/portfolio/listed_figures.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "engine/base/civil.h"
#include "kontor/event/v1/interaction.pb.h"
#include "projections/reading/amounts.h"

namespace kontor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int32_t kEffortMin = 1;
constexpr int32_t kEffortMax = 7;

// The paths of all figures, looked up by name once and laid together: what several lead through is met once.
struct Plan {
  struct Node {
    size_t from;  // an earlier one; the first is the view itself
    const FieldDescriptor* field;
    bool repeated;
  };
  enum class Holds { kAmount, kRatio, kMoney, kDate, kInstant, kCount, kNumber, kItems };
  struct Last {
    size_t node;  // of the message that has the field
    const FieldDescriptor* field;
    Holds holds;
    bool may_miss;  // where the field is not there, nothing is; an amount and a ratio tell by themselves
  };
  std::vector<Node> nodes = {{0, nullptr, false}};
  std::vector<Last> figures;  // as kListedFigures
};

Plan::Holds HoldsOf(const FieldDescriptor& field) {
  static const std::map<const Descriptor*, Plan::Holds> kOfMessages = {
      {view::v1::Amount::descriptor(), Plan::Holds::kAmount},
      {view::v1::Ratio::descriptor(), Plan::Holds::kRatio},
      {type::v1::Money::descriptor(), Plan::Holds::kMoney},
      {type::v1::Date::descriptor(), Plan::Holds::kDate},
      {google::protobuf::Timestamp::descriptor(), Plan::Holds::kInstant}};
  if (field.is_repeated()) return Plan::Holds::kItems;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) return Plan::Holds::kCount;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) return Plan::Holds::kNumber;
  return kOfMessages.at(field.message_type());
}

Plan MakePlan() {
  Plan plan;
  std::map<std::string_view, size_t> known;  // nodes by the path up to them
  for (const ListedFigure& figure : kListedFigures) {
    const Descriptor* message = view::v1::AccountView::descriptor();
    size_t at = 0;
    for (size_t from = 0; from < figure.field.size();) {
      const size_t end = std::min(figure.field.find('.', from), figure.field.size());
      const FieldDescriptor* field = message->FindFieldByName(std::string(figure.field.substr(from, end - from)));
      KONTOR_CHECK(field != nullptr);
      if (end == figure.field.size()) {
        const Plan::Holds holds = HoldsOf(*field);
        const bool tells = holds == Plan::Holds::kAmount || holds == Plan::Holds::kRatio;
        plan.figures.push_back({at, field, holds, field->has_presence() && !tells});
      } else {
        const auto [node, made] = known.try_emplace(figure.field.substr(0, end), plan.nodes.size());
        if (made) plan.nodes.push_back({at, field, field->is_repeated()});
        at = node->second;
        message = field->message_type();
      }
      from = end + 1;
    }
  }
  return plan;
}

const Plan& ThePlan() {
  static const auto* const kPlan = new Plan(MakePlan());
  return *kPlan;
}

// The item that a list on a path stands for; null where none does.
const Message* ItemOf(const Message& message, const FieldDescriptor& list, Currency reporting) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &list);
  const auto first = [&](const auto& wanted) -> const Message* {
    for (int i = 0; i < size; ++i) {
      const Message& item = reflection.GetRepeatedMessage(message, &list, i);
      if (wanted(item)) return &item;
    }
    return nullptr;
  };
  if (list.message_type() == view::v1::PaymentBehaviour::descriptor()) {
    return first([&](const Message& item) {
      return size == 1 || static_cast<const view::v1::PaymentBehaviour&>(item).currency_code() == reporting.code();
    });
  }
  if (list.message_type() == view::v1::Csat::descriptor()) return first([size](const Message&) { return size == 1; });
  if (list.message_type() == view::v1::Ces::descriptor()) {
    return first([](const Message& item) {
      const auto& ces = static_cast<const view::v1::Ces&>(item);
      return ces.scale_min() == kEffortMin && ces.scale_max() == kEffortMax &&
             ces.easy_end() == event::v1::EASY_END_HIGH;
    });
  }
  KONTOR_CHECK(list.message_type() == view::v1::Movement::descriptor());
  return size == 0 ? nullptr : &reflection.GetRepeatedMessage(message, &list, size - 1);  // the asked month's
}

// The messages of the plan's nodes; null where there is none.
std::vector<const Message*> Follow(const view::v1::AccountView& view, Currency reporting) {
  const std::vector<Plan::Node>& nodes = ThePlan().nodes;
  std::vector<const Message*> messages = {&view};
  messages.reserve(nodes.size());
  for (size_t i = 1; i < nodes.size(); ++i) {
    const Message* const from = messages[nodes[i].from];
    const FieldDescriptor& field = *nodes[i].field;
    messages.push_back(from == nullptr     ? nullptr
                       : nodes[i].repeated ? ItemOf(*from, field, reporting)
                                           : &from->GetReflection()->GetMessage(*from, &field));
  }
  return messages;
}

void Show(const view::v1::Amount& amount, api::v1::OrderedFigure* out) { *out->mutable_amount() = amount; }
void Show(const view::v1::Ratio& ratio, api::v1::OrderedFigure* out) { *out->mutable_ratio() = ratio; }
void Show(const type::v1::Money& money, api::v1::OrderedFigure* out) {
  *out->mutable_amount()->mutable_reporting() = money;
}
void Show(const type::v1::Date& date, api::v1::OrderedFigure* out) { *out->mutable_date() = date; }
void Show(const google::protobuf::Timestamp& instant, api::v1::OrderedFigure* out) {
  *out->mutable_instant() = instant;
}
void Show(int64_t count, api::v1::OrderedFigure* out) { out->set_count(count); }
void Show(double number, api::v1::OrderedFigure* out) { out->set_number(number); }

void Show(const type::v1::Money& money, std::optional<double>* out) { *out = ToDouble(NanosOf(money)); }
void Show(const view::v1::Amount& amount, std::optional<double>* out) {
  if (amount.has_reporting()) Show(amount.reporting(), out);
}
void Show(const view::v1::Ratio& ratio, std::optional<double>* out) {
  if (ratio.has_value()) *out = ratio.value();
}
void Show(const type::v1::Date& date, std::optional<double>* out) {
  if (const std::optional<Day> day = DayOf(date)) *out = day->value();
}
void Show(const google::protobuf::Timestamp& instant, std::optional<double>* out) {
  *out = static_cast<double>(instant.seconds()) + static_cast<double>(instant.nanos()) / 1e9;
}
void Show(int64_t count, std::optional<double>* out) { *out = static_cast<double>(count); }
void Show(double number, std::optional<double>* out) { *out = number; }

// Gives what a figure's field holds, where it is known.
template <typename Out>
void ShowLast(const std::vector<const Message*>& messages, const Plan::Last& last, Out* out) {
  if (messages[last.node] == nullptr) return;
  const Message& message = *messages[last.node];
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* const field = last.field;
  if (last.may_miss && !reflection.HasField(message, field)) return;
  switch (last.holds) {
    case Plan::Holds::kAmount:
      return Show(static_cast<const view::v1::Amount&>(reflection.GetMessage(message, field)), out);
    case Plan::Holds::kRatio:
      return Show(static_cast<const view::v1::Ratio&>(reflection.GetMessage(message, field)), out);
    case Plan::Holds::kMoney:
      return Show(static_cast<const type::v1::Money&>(reflection.GetMessage(message, field)), out);
    case Plan::Holds::kDate:
      return Show(static_cast<const type::v1::Date&>(reflection.GetMessage(message, field)), out);
    case Plan::Holds::kInstant:
      return Show(static_cast<const google::protobuf::Timestamp&>(reflection.GetMessage(message, field)), out);
    case Plan::Holds::kCount:
      return Show(reflection.GetInt64(message, field), out);
    case Plan::Holds::kNumber:
      return Show(reflection.GetDouble(message, field), out);
    case Plan::Holds::kItems:
      return Show(int64_t{reflection.FieldSize(message, field)}, out);
  }
}

}  // namespace

ListedFigures FiguresOf(const view::v1::AccountView& view, Currency reporting) {
  const std::vector<const Message*> messages = Follow(view, reporting);
  ListedFigures figures;
  for (size_t i = 0; i < figures.size(); ++i) ShowLast(messages, ThePlan().figures[i], &figures[i]);
  return figures;
}

void ShowFigure(const view::v1::AccountView& view, size_t figure, Currency reporting, api::v1::OrderedFigure* out) {
  out->set_name(std::string(kListedFigures[figure].name));
  out->set_unit(static_cast<api::v1::FigureUnit>(kListedFigures[figure].unit));
  ShowLast(Follow(view, reporting), ThePlan().figures[figure], out);
}

}  // namespace kontor
