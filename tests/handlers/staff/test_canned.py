"""Canned answers are written, changed and deleted."""


async def test_canned_answer_is_written_changed_and_deleted(desks):
    li = await desks.enter("li", "caseworker")

    first = await li.follow("/canned", "save", title="问候", text="您好，请讲。")
    second = await li.follow("/canned", "save", answer="1", title="你好", text="您好。")
    third = await li.follow("/canned", "remove", answer="1")

    assert "问候 您好，请讲。" in first.text
    assert "你好 您好。" in second.text
    assert "问候" not in second.text
    assert "还没有常用回复。" in third.text
    assert [(await li.do("/canned", do, answer="1")).status for do in ("save", "remove")] == [404, 404]


async def test_wrong_canned_answer_is_refused(one_desk):
    li = await one_desk.enter("li", "caseworker")

    for title, text in (("", "您好"), ("问候", ""), ("长" * 21, "您好")):
        told = await li.do("/canned", "save", title=title, text=text)
        assert (told.status, "名称和内容都要填，名称最多20个字。" in told.text) == (422, True)
    assert "太长了" in (await li.do("/canned", "save", title="问候", text="长" * 2001)).text
