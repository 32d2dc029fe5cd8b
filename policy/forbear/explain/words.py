"""The sentences of an explanation in both languages, and the words of what the core itself declares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

Words = dict[str, dict[Language, str]]

SENTENCES: Final[Words] = {
    # --- what it is about
    "about": {
        "en": "Decision {id} on event {event} ({type}), {at}.",
        "zh": "决定{id}，针对事件{event}（{type}），时间{at}。",
    },
    "about.customer": {"en": "This is about what happened on {at}.", "zh": "以下说明的是{at}发生的事。"},
    "late": {
        "en": "The event came late; it was decided as of its own moment.",
        "zh": "该事件迟到，按其自身发生的时刻作出决定。",
    },
    "other-policy": {
        "en": "It was decided under another policy ({version}) than the one loaded here ({loaded}), so its rules "
        "cannot be looked at. What follows is from the record alone; to see why, give the pack and settings of that "
        "time.",
        "zh": "作出该决定的策略（{version}）与此处加载的（{loaded}）不同，因此无法查看当时的规则。"
        "以下仅依据决定记录；要了解原因，请提供当时的策略包和设置。",
    },
    "other-policy.private": {
        "en": "It was decided under an earlier version of the rules, which is not at hand here, so nothing more can be "
        "said about it now.",
        "zh": "该决定依据的是规则的另一个版本，此处没有该版本，因此现在无法作进一步说明。",
    },
    "contradiction": {
        "en": "The record and the rules do not agree on {name}; have this looked into before relying on it.",
        "zh": "关于{name}，记录与规则不一致；请先查明原因，再作依据。",
    },
    # --- decisions
    "outcome": {"en": "{question} {value}.", "zh": "{question}{value}。"},
    "outcome.hidden": {"en": "{question} This is not shown to you.", "zh": "{question}结果不向您展示。"},
    "as-usual": {"en": "As usual: {outcomes}.", "zh": "其余均按常规：{outcomes}。"},
    "because": {"en": "Reason: {because}", "zh": "理由：{because}"},
    "because.customer": {"en": "{because}", "zh": "{because}"},
    "because.hidden": {
        "en": "The reason rests on matters that are not shown to you.",
        "zh": "理由涉及不向您展示的内容。",
    },
    "applied": {"en": "Rule {rule} applied: {conditions}.", "zh": "规则{rule}适用：{conditions}。"},
    "applied.always": {
        "en": "Rule {rule} applied; it asks nothing further.",
        "zh": "规则{rule}适用，它没有其他条件。",
    },
    "conditions": {"en": "This was so: {conditions}.", "zh": "情况如下：{conditions}。"},
    "more-conditions": {"en": "something that is not shown to you", "zh": "另有不向您展示的条件"},
    "not-applied": {"en": "Rule {rule} did not apply: {condition}.", "zh": "规则{rule}不适用：{condition}。"},
    "outranked": {
        "en": "Rule {rule} applied too, but a rule with precedence decided.",
        "zh": "规则{rule}也适用，但由优先的规则作出决定。",
    },
    "untold": {
        "en": "Whether rule {rule} applied cannot be told: the record no longer holds what it asks.",
        "zh": "规则{rule}是否适用无法判断：记录中已没有它所需的内容。",
    },
    "against": {
        "en": "Rule {rule} should have applied by the facts of the record, and did not.",
        "zh": "按记录中的事实，规则{rule}本应适用，却没有适用。",
    },
    "not-looked-at": {
        "en": "Not looked at, because a rule before them decided: {rules}.",
        "zh": "因前面的规则已作出决定而未查看：{rules}。",
    },
    "other-event": {"en": "Not asked on such an event: {rules}.", "zh": "此类事件不查看：{rules}。"},
    "otherwise": {
        "en": "No rule applied, so the usual answer stands.",
        "zh": "没有规则适用，因此取通常的结果。",
    },
    "nothing-collected": {"en": "None of its rules applied.", "zh": "没有规则适用。"},
    "fired": {"en": "These rules decided: {rules}.", "zh": "作出决定的规则：{rules}。"},
    "fell-back": {
        "en": "It fell back to its safe value, and its rules were not looked at. Reason: {reason}.",
        "zh": "它退回到安全的结果，未查看其规则。原因：{reason}。",
    },
    "fell-back.hidden": {
        "en": "It fell back to its safe value, because something that it needs was missing or in doubt.",
        "zh": "它退回到安全的结果，因为所需的内容缺失或存疑。",
    },
    "fell-back.customer": {
        "en": "Something that we need to know was missing or in doubt, so we took the cautious way.",
        "zh": "我们需要了解的内容缺失或存疑，因此采取了稳妥的做法。",
    },
    "overridden": {
        "en": "A person set this outcome ({by}: {reason}). By the rules it would have been {decided}.",
        "zh": "该结果由人指定（{by}：{reason}）。按规则本应为{decided}。",
    },
    "overridden.hidden": {
        "en": "A person set this outcome; the rules did not.",
        "zh": "该结果由人指定，而非按规则得出。",
    },
    "overridden.customer": {
        "en": "One of our managers decided this in person.",
        "zh": "此事由我们的管理人员亲自决定。",
    },
    # --- candidates
    "ranked": {
        "en": "{candidate} is number {place}, with {score} points: {parts}.",
        "zh": "{candidate}排第{place}位，得{score}分：{parts}。",
    },
    "ranked.plain": {
        "en": "{candidate} is number {place}, with {score} points.",
        "zh": "{candidate}排第{place}位，得{score}分。",
    },
    "ranked.bare": {"en": "{candidate} is number {place}.", "zh": "{candidate}排第{place}位。"},
    "points": {"en": "{points} for {rule} ({because})", "zh": "{rule}得{points}分（{because}）"},
    "points.plain": {"en": "{points} for {rule}", "zh": "{rule}得{points}分"},
    "left-out": {
        "en": "{candidate} was left out by rule {rule}: {condition}.",
        "zh": "{candidate}被规则{rule}排除：{condition}。",
    },
    "left-out.untold": {
        "en": "Whether {candidate} could be taken cannot be told: the record no longer holds what rule {rule} asks.",
        "zh": "{candidate}能否入选无法判断：记录中已没有规则{rule}所需的内容。",
    },
    # --- facts
    "known": {"en": "{name}: {value} ({source}).", "zh": "{name}：{value}（{source}）。"},
    "heard": {
        "en": "In what was said, signs were found at characters {places}.",
        "zh": "在所说的话中，于以下字符位置发现线索：{places}。",
    },
    "heard.place": {"en": "{start} to {end} ({kind})", "zh": "{start}至{end}（{kind}）"},
    # --- what follows
    "owed": {"en": "{who} owes {what} by {due}.", "zh": "{who}须在{due}前完成{what}。"},
    "owed.advisor": {"en": "You owe {what} by {due}.", "zh": "您须在{due}前完成{what}。"},
    "owed.customer": {"en": "Next: {what}. {who} sees to it by {due}.", "zh": "接下来：{what}，由{who}在{due}前处理。"},
    "from": {"en": "Not before {start}.", "zh": "不早于{start}。"},
    "expires": {"en": "It lapses on {end}, if nobody has done it by then.", "zh": "若届时无人完成，将于{end}失效。"},
    "say": {"en": "What is said: “{text}”", "zh": "要说的话：“{text}”"},
    "say.customer": {
        "en": "What you are told, by {due}: “{text}”",
        "zh": "您将在{due}前得到告知：“{text}”",
    },
    "carries": {"en": "It carries {carried}.", "zh": "附带内容：{carried}。"},
    "closed": {"en": "{what} is closed: {how}.", "zh": "{what}已了结：{how}。"},
    "recorded": {"en": "An entry was made in the ledger: {entry} ({id}).", "zh": "账本新增一条记录：{entry}（{id}）。"},
    "amended": {"en": "The entry {id} was amended: {changes}.", "zh": "记录{id}已修订：{changes}。"},
    "amended.hidden": {"en": "The entry {id} was amended.", "zh": "记录{id}已修订。"},
    "overdue": {"en": "The obligation {id} is overdue.", "zh": "义务{id}已逾期。"},
    "disagree": {
        "en": "If you think that this is wrong, please tell us.",
        "zh": "如果您认为这不正确，请告诉我们。",
    },
    "nothing": {
        "en": "There is nothing in this that we can show you here.",
        "zh": "这里没有可以向您展示的内容。",
    },
    # --- how it came about
    "confirmed": {
        "en": "Before it took effect, a second evaluation came to the same result.",
        "zh": "在生效之前，第二次独立判定得出了相同的结果。",
    },
    "confirmed.auditor": {
        "en": "Before it took effect, {by} came to the same result.",
        "zh": "在生效之前，{by}得出了相同的结果。",
    },
    "provenance": {
        "en": "Decided by the evaluator {evaluator} under the pack {pack} {version}, {digest}.",
        "zh": "由求值器{evaluator}依据策略包{pack} {version} 作出，{digest}。",
    },
}
"""Every sentence, by its key, in each language with the same placeholders."""

HEADINGS: Final[Words] = {
    "decided": {"en": "What was decided, and why", "zh": "决定与理由"},
    "known": {"en": "What was known", "zh": "已知情况"},
    "follows": {"en": "What follows", "zh": "后续事项"},
    "how": {"en": "How it came about", "zh": "决定的由来"},
}

SOURCES: Final[Words] = {
    "plugin": {"en": "from the plugin {plugin}", "zh": "来自插件{plugin}"},
    "event": {"en": "from the event", "zh": "来自事件"},
    "contact": {"en": "told when the contact began", "zh": "联络开始时给出"},
    "told": {"en": "told with the event or when the contact began", "zh": "随事件或在联络开始时给出"},
    "entry": {"en": "from the ledger entry that the event names", "zh": "来自事件所指的账本记录"},
    "ledger": {"en": "counted in the ledger", "zh": "据账本统计"},
    "default": {"en": "nobody said, so the default stood in", "zh": "无人给出，取默认值"},
}

EVENTS: Final[Words] = {
    "contact_started": {"en": "a contact began", "zh": "联络开始"},
    "contact_offered": {"en": "a contact waits to be routed", "zh": "联络等待分配"},
    "contact_ended": {"en": "a contact ended", "zh": "联络结束"},
    "utterance": {"en": "something was said", "zh": "有人说话"},
    "message_drafted": {"en": "a message is about to be sent", "zh": "有消息准备发出"},
    "obligation_closed": {"en": "an obligation was closed", "zh": "一项义务了结"},
    "obligation_overdue": {"en": "an obligation fell overdue", "zh": "一项义务逾期"},
    "offence_reviewed": {"en": "an offence was reviewed", "zh": "一次违规经过复核"},
    "appeal_lodged": {"en": "an appeal was lodged", "zh": "提出了申诉"},
    "appeal_decided": {"en": "an appeal was decided", "zh": "申诉有了决定"},
    "override": {"en": "a person set an outcome", "zh": "有人指定了结果"},
    "need_noted": {"en": "a need for adjustment was noted", "zh": "记录了照顾需要"},
    "consent_changed": {"en": "a consent changed", "zh": "同意状态有变"},
    "customers_merged": {"en": "two customer ids were joined", "zh": "两个客户编号合并"},
    "customers_split": {"en": "two customer ids were parted", "zh": "两个客户编号拆分"},
    "erase": {"en": "a customer is to be forgotten", "zh": "要求删除客户信息"},
    "tick": {"en": "time passed", "zh": "时间推进"},
}

FIELDS: Final[Words] = {
    "event.type": {"en": "the kind of event", "zh": "事件类型"},
    "event.contact": {"en": "the id of the contact", "zh": "联络编号"},
    "event.customer": {"en": "the id of the customer", "zh": "客户编号"},
    "event.advisor": {"en": "the id of the advisor", "zh": "客服编号"},
    "event.speaker": {"en": "the speaker", "zh": "说话的人"},
    "event.author": {"en": "the author", "zh": "撰写者"},
    "event.kind": {"en": "the kind of message", "zh": "消息的类型"},
    "event.lang": {"en": "the language", "zh": "语言"},
    "event.channel": {"en": "the channel", "zh": "渠道"},
    "event.reason": {"en": "the reason given", "zh": "所给的理由"},
    "event.by": {"en": "the id of whoever did it", "zh": "经办人编号"},
    "event.how": {"en": "how it was closed", "zh": "了结方式"},
    "event.verdict": {"en": "the verdict", "zh": "复核结论"},
    "event.offence": {"en": "the id of the offence", "zh": "违规编号"},
    "event.appeal": {"en": "the id of the appeal", "zh": "申诉编号"},
    "event.decision": {"en": "the decision whose outcome was set", "zh": "被指定结果的决定"},
    "event.outcome": {"en": "the outcome that was set", "zh": "指定的结果"},
    "event.need": {"en": "the need that was noted", "zh": "所记录的需要"},
    "event.purpose": {"en": "what the consent is for", "zh": "同意的用途"},
    "event.state": {"en": "whether consent was given", "zh": "同意的状态"},
    "event.other": {"en": "the other customer id", "zh": "另一个客户编号"},
    "candidate.ranked": {"en": "the candidate was taken", "zh": "候选者入选"},
    "obligation.owe": {"en": "what was owed", "zh": "义务的种类"},
    "event.obligation": {"en": "the id of the obligation", "zh": "义务编号"},
}

LENT: Final[Words] = {
    "candidate": {"en": "the candidate's {attribute}", "zh": "候选者的{attribute}"},
    "offence": {"en": "the offence's {attribute}", "zh": "违规记录的{attribute}"},
    "obligation": {"en": "the obligation's {attribute}", "zh": "义务的{attribute}"},
    "appeal": {"en": "the appeal's {attribute}", "zh": "申诉的{attribute}"},
    "ahead": {"en": "the {attribute} of whoever is ahead", "zh": "排在前面者的{attribute}"},
    "behind": {"en": "the {attribute} of whoever is behind", "zh": "排在后面者的{attribute}"},
    "recorded": {"en": "an entry “{attribute}” is made", "zh": "账本新增“{attribute}”"},
    "owed": {"en": "“{attribute}” is owed", "zh": "产生义务“{attribute}”"},
}
"""The fields of candidates, what the entry named by an event lends it, and what a decision brings about."""

PLACES: Final[Words] = {
    "ahead": {"en": "{name} (of whoever is ahead)", "zh": "{name}（排在前面者）"},
    "behind": {"en": "{name} (of whoever is behind)", "zh": "{name}（排在后面者）"},
}
"""What the ledger tells of the two ranked candidates of which a promise speaks."""

HOW: Final[Words] = {
    "done": {"en": "done", "zh": "已完成"},
    "unreachable": {"en": "nobody could be reached", "zh": "未能联系上"},
    "waived": {"en": "waived", "zh": "已免除"},
    "expired": {"en": "its time ran out", "zh": "已过期"},
}

ROLES: Final[Words] = {
    "advisor": {"en": "The advisor", "zh": "客服"},
    "manager": {"en": "The manager", "zh": "经理"},
    "specialist": {"en": "A specialist", "zh": "专门客服"},
    "legal": {"en": "The legal team", "zh": "法务"},
    "customer": {"en": "The customer", "zh": "客户"},
    "reviewer": {"en": "Somebody who had no part in it", "zh": "未参与此事的人员"},
}


_EDGE: Final = "\x00"
_GAP: Final = re.compile(f"(?<=[一-鿿]){_EDGE}(?=[A-Za-z])|(?<=[A-Za-z]){_EDGE}(?=[一-鿿])")


def fill(template: str, parts: Mapping[str, object]) -> str:
    """A template with its placeholders filled, a Latin word set off from the Chinese around it."""
    marked = {name: f"{_EDGE}{part}{_EDGE}" for name, part in parts.items()}
    return _GAP.sub(" ", template.format(**marked)).replace(_EDGE, "")


def sentence(key: str, language: Language, **parts: object) -> str:
    """The sentence of a key with its placeholders filled."""
    return fill(SENTENCES[key][language], parts)
