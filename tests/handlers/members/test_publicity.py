"""Where the lists can be read, asked for in chat and by the button of the notice."""

from handlers.confiding import Ways

PHONE = "名单请问工会服务站，或者打电话问：\n12351\n[工会在哪] [转人工] [菜单]"
PAGE = "正在公示的名单在网页上，姓名遮住了。公示期里都可以提意见。\n[看名单] [转人工] [菜单]"


async def test_list_is_found_on_the_page(chat):
    chat.dialogue.ways = Ways(frozenset({"phone"}), "https://gonghui.example")

    await chat.run(("公示", PAGE))
    assert chat._choices["wang"][0].url == "https://gonghui.example/publicity"
    assert await chat.send(chat.incoming("press", value="publicity")) == PAGE


async def test_without_a_page_there_is_the_telephone(chat):
    await chat.run(("名单公示", PHONE))


async def test_notice_leads_to_the_list(edition):
    template = edition.content.notices["publicity"]

    assert [button.to for button in template.choices] == ["publicity", "human"]
    assert template.placeholders == {"what", "until"}
