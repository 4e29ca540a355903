"""A member fills in a form: answers, goes back, gives up, puts it aside, takes it up again."""

from collections.abc import Sequence
from dataclasses import replace

from config.entries import Question
from handlers import forms
from handlers.choosing import NO, YES, number, pick, tidy
from handlers.router import Router
from handlers.service import BEFORE, Turn, form_end
from models.messages import Choice, Outgoing

BACK = frozenset({"返回", "上一步", "0"})
CANCEL = frozenset(["取消", "不填了", "算了", "退出", "cancel"])
LATER = frozenset({"稍后再填", "稍後再填", "以后再填"})
UNKNOWN = frozenset(["不知道", "不清楚", "记不清", "记不清了", "没有", "都没有", "跳过"])
"""What is said to a question that may be passed over, whatever its button says."""
WITH_PICTURES = frozenset(["work"])
"""Forms between whose questions more pictures may come: their service takes them."""
BESIDE = frozenset(["voice", "video", "sticker", "location", "other"])
"""Kinds of messages that answer no question of a form."""
RESUME = frozenset({"继续", "继续填", "繼續", "繼續填"})


def in_progress(turn: Turn) -> bool:
    """Say whether a form waits for its next answer."""
    return bool(turn.conversation.form) and not turn.conversation.asleep


def may_answer(turn: Turn) -> bool:
    """Say whether a message of this kind can be an answer; a contact only where a phone is asked."""
    kind = turn.message.kind
    if _waits_elsewhere(turn):
        return False
    if kind == "photo" and turn.conversation.form in WITH_PICTURES:
        return False
    return kind in {"text", "photo", "file"} or (kind == "contact" and _kind(turn) == "phone")


def _waits_elsewhere(turn: Turn) -> bool:
    """Say whether the next question is asked only where personal matters may pass, and this is not there."""
    question = turn.form().next(turn.conversation.answers)
    return question is not None and not turn.may_pass(question)


def at_last(turn: Turn) -> bool:
    """Say whether what was said is the answer to the last question of a form."""
    if not in_progress(turn) or not (turn.message.kind == "text" or turn.message.value.startswith("f:")):
        return False
    form, answers = turn.form(), turn.conversation.answers
    return sum(question.name not in answers for question in form.asked(answers)) == 1


def steer(turn: Turn) -> Outgoing | None:
    """Answer the words that steer a form; None when none was said."""
    said = tidy(turn.message.text)
    if said in RESUME:
        return resume(turn)
    if not in_progress(turn) or turn.elsewhere:
        return None
    if said in CANCEL:
        return cancel(turn)
    if said in LATER:
        turn.conversation.asleep = True
        return turn.say("form.later")
    if said in BACK and not (said.isdigit() and _kind(turn) == "number"):
        return _back(turn)
    return None


def cancel(turn: Turn) -> Outgoing:
    """Give the form up; nothing is handed in."""
    if turn.elsewhere:
        return turn.say("private.elsewhere")
    turn.conversation.close()
    return turn.say("form.cancelled")


def resume(turn: Turn) -> Outgoing:
    """Take up the form that was put aside."""
    if not turn.conversation.form:
        return turn.say("form.nothing")
    turn.conversation.asleep = False
    return turn.question()


async def accept(turn: Turn, router: Router) -> Outgoing | None:
    """Take what was said or sent as the answer to the question asked; None when it does not fit."""
    form, answers = turn.form(), turn.conversation.answers
    question = form.next(answers)
    if question is None:
        return await _finish(turn, router)
    if turn.message.kind in {"photo", "file"}:
        return await _file(turn, router, question)
    said = turn.message.text
    if question.optional and _passes(turn, question, said):
        return await _keep(turn, router, forms.answered(answers, question, forms.SKIPPED))
    if question.kind == "several":
        return await _several(turn, router, question, said)
    kept = form.accept(answers, _meant(question.kind, said, forms.options(question)), today=turn.today.date())
    return None if kept is None else await _keep(turn, router, kept)


async def press(turn: Turn, router: Router, value: str) -> Outgoing:
    """Take the press of a form's button; one of an earlier question shows where things stand now."""
    _, nonce, step, chosen = value.split(":")
    if (
        not in_progress(turn)
        or nonce != turn.conversation.nonce
        or step != str(forms.step(turn.conversation.answers))
    ):
        return stale(turn)
    answers = turn.conversation.answers
    question = turn.form().next(answers)
    if question is None or not turn.may_pass(question):
        return stale(turn)
    option = _tick(question, chosen)
    if option is not None:
        return await _keep(turn, router, forms.tick(question, answers, option, on=chosen[0] == "+"))
    answer = _chosen(turn, question, chosen)
    if answer is None:
        return stale(turn)
    return await _keep(turn, router, forms.answered(answers, question, answer))


def _tick(question: Question, chosen: str) -> str | None:
    """Return the option that a button ticks; it says on or off itself, so that a second press changes nothing."""
    ticks = {f"{sign}{number}": option for number, option in enumerate(question.options) for sign in "+-"}
    return ticks.get(chosen) if question.kind == "several" else None


async def _file(turn: Turn, router: Router, question: Question) -> Outgoing | None:
    """Take a picture or file, with what is known of it; one that could not be read is told so."""
    reason = turn.message.value.removeprefix("refused:")
    if reason != turn.message.value:
        return after(turn, turn.say(f"refused.{reason}"))
    file = forms.read_file(question, turn.message.kind, turn.message.file)
    if file is None:
        return None
    known = {f"{question.name}:as": turn.message.value} if turn.message.value else {}
    return await _keep(turn, router, {**turn.conversation.answers, question.name: file, **known})


async def _several(turn: Turn, router: Router, question: Question, said: str) -> Outgoing | None:
    """Take the options that were typed, with those already ticked; None when they do not fit."""
    answers = turn.conversation.answers
    ticked = forms.AND.join(forms.ticked(question, answers))
    named = ticked if _these(turn, question, said) else f"{ticked} {said}"
    chosen = forms.read(question, named, today=turn.today.date())
    return await _keep(turn, router, forms.answered(answers, question, chosen)) if chosen else None


def _passes(turn: Turn, question: Question, said: str) -> bool:
    """Say whether the question is to be passed over: by its button, or by words that are none of its options."""
    skip = question.skip or turn.say("form.skip").text
    options = {tidy(option) for option in forms.options(question)}
    nothing = question.kind == "several" and not forms.ticked(question, turn.conversation.answers)
    return tidy(said) in {tidy(skip), *UNKNOWN} - options or (nothing and _these(turn, question, said))


def _these(turn: Turn, question: Question, said: str) -> bool:
    """Say whether 就这些 was said, or the number it stands under."""
    return tidy(said) == tidy(turn.say("form.these").text) or number(said) == len(question.options) + 1


def _chosen(turn: Turn, question: Question, chosen: str) -> str | None:
    """Return the answer that a button stands for; None for one that was never offered."""
    if chosen == "before":
        return turn.conversation.answers.get(f"{BEFORE}{question.name}")
    if chosen == "skip" and question.optional:
        return forms.SKIPPED
    if question.kind == "several":
        ticked = forms.ticked(question, turn.conversation.answers)
        return forms.AND.join(ticked) if chosen == "these" and ticked else None
    label = {str(number): label for number, label in enumerate(forms.options(question))}.get(chosen)
    return None if label is None else forms.read(question, label, today=turn.today.date())


def stale(turn: Turn) -> Outgoing:
    """Answer an old button with how things stand now."""
    now = turn.question() if in_progress(turn) else turn.say("menu")
    return replace(now, text=f"{turn.say('press.stale').text}\n\n{now.text}")


def again(turn: Turn) -> Outgoing:
    """Ask the question in other words, with an example."""
    question = turn.form().next(turn.conversation.answers)
    asked = turn.question()
    kind = "text" if question is None else question.kind
    hint = (question.help if question else "") or turn.say(f"form.help.{kind}").text
    return replace(asked, text=f"{turn.say('form.again', help=hint).text}\n\n{asked.text}")


def after(turn: Turn, answer: Outgoing) -> Outgoing:
    """Return *answer* to something else, followed by the question that still waits."""
    asked = turn.question()
    resume_choice = Choice(turn.say("form.resume").text, "form:resume")
    return replace(asked, text=f"{answer.text}\n\n{asked.text}", choices=(*asked.choices, resume_choice))


def beside(turn: Turn, answer: Outgoing) -> Outgoing:
    """Return *answer* to what is no answer to a question, followed by the question that still waits here."""
    if turn.message.kind not in BESIDE or not in_progress(turn) or _waits_elsewhere(turn):
        return answer
    asked = turn.question()
    choices = tuple(dict.fromkeys((*asked.choices, *answer.choices)))
    return replace(asked, text=f"{answer.text}\n\n{asked.text}", choices=choices)


def _kind(turn: Turn) -> str:
    question = turn.form().next(turn.conversation.answers)
    return question.kind if question else ""


def _back(turn: Turn) -> Outgoing:
    answers = turn.form().back(turn.conversation.answers)
    key = "form.first" if answers is None else "form.back"
    turn.conversation.answers = turn.conversation.answers if answers is None else answers
    asked = turn.question()
    return replace(asked, text=f"{turn.say(key).text}\n\n{asked.text}")


def _meant(kind: str, said: str, labels: Sequence[str]) -> str:
    if kind == "confirm" and tidy(said) in YES | NO:
        return labels[0] if tidy(said) in YES else labels[1]
    digits = kind not in {"number", "day", "month"}
    return pick(said, [(label, label) for label in labels], digits=digits) or said


async def _keep(turn: Turn, router: Router, answers: dict[str, str]) -> Outgoing:
    turn.conversation.answers = answers
    return turn.question() if turn.form().next(answers) else await _finish(turn, router)


async def _finish(turn: Turn, router: Router) -> Outgoing:
    conversation = turn.conversation
    about, answers = conversation.about, conversation.answers
    finish = router.finish(form_end(turn.content, conversation.form, about))
    conversation.close()
    return await finish(turn, about, answers)
