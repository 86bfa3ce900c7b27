"""The fixed words of a door card in three languages; days and months are those of the receipt."""

from dataclasses import dataclass

from koumen.documents.rules.receipt import Language


@dataclass(frozen=True, kw_only=True)
class DoorCardWording:
    """One language's words, in the order in which they stand on the paper."""

    title: str
    customer: str
    card: str
    issued: str
    how: str
    steps: tuple[str, ...]
    head: tuple[str, str, str, str]
    never: str
    forced: str
    lost: str
    footer: str


HANS = DoorCardWording(
    title="上门卡",
    customer="客户编号",
    card="第几张卡",
    issued="制作日期",
    how="有人上门时这样用",
    steps=(
        "先不要开门。请上门的人说出是第几行，再给您看两张图。",
        "和卡上那一行的两张图比一比。一样，才是我们的人。不一样，不要开门，打电话给我们。",
        "您说出要还多少钱，听清楚、看清楚以后，再把那一行的数字念给面前的人听。",
        "用过以后，把这一行和上面的各行都划掉。划掉的行，谁说都不要再用。",
    ),
    head=("行", "两张图", "数字", "划掉"),
    never="我们绝不在电话里问您这些数字。谁在电话里问，都不是我们的人。",
    forced="有人逼您时：把数字的最后一位加一再念（9 念成 0）。对方看不出来，我们马上知道，会来帮您。",
    lost="卡丢了，或者被别人看过、拍过照，请马上打电话：{phone}。我们作废旧卡，给您新卡。",
    footer="上门卡 {number} · 请收好，不要给别人看",
)

HANT = DoorCardWording(
    title="上門卡",
    customer="客戶編號",
    card="第幾張卡",
    issued="製作日期",
    how="有人上門時這樣用",
    steps=(
        "先不要開門。請上門的人說出是第幾行，再給您看兩張圖。",
        "和卡上那一行的兩張圖比一比。一樣，才是我們的人。不一樣，不要開門，打電話給我們。",
        "您說出要繳多少錢，聽清楚、看清楚以後，再把那一行的數字唸給面前的人聽。",
        "用過以後，把這一行和上面的各行都劃掉。劃掉的行，誰說都不要再用。",
    ),
    head=("行", "兩張圖", "數字", "劃掉"),
    never="我們絕不在電話裡問您這些數字。誰在電話裡問，都不是我們的人。",
    forced="有人逼您時：把數字的最後一位加一再唸（9 唸成 0）。對方看不出來，我們馬上知道，會來幫您。",
    lost="卡掉了，或者被別人看過、拍過照，請馬上打電話：{phone}。我們作廢舊卡，給您新卡。",
    footer="上門卡 {number} · 請收好，不要給別人看",
)

EN = DoorCardWording(
    title="Door card",
    customer="Customer number",
    card="Card",
    issued="Made on",
    how="When somebody comes",
    steps=(
        "Do not open yet. Ask the visitor for the number of the line, and to show you two pictures.",
        (
            "Compare them with the two on that line. The same: it is our visitor. "
            "Not the same: do not open, and call us."
        ),
        (
            "Say how much you pay. When you have heard and seen the amount, "
            "read the digits of that line to the person in front of you."
        ),
        "Afterwards cross out this line and every line above it. Never use a crossed-out line again.",
    ),
    head=("Line", "Two pictures", "Digits", "Done"),
    never="We never ask for these digits on the telephone. Whoever does is not from us.",
    forced="If somebody forces you: say the last digit one higher (a 9 becomes a 0). It looks right, and we send help.",
    lost="Lost the card, or somebody saw or photographed it? Call {phone} at once. The old card dies, you get a new one.",
    footer="Door card {number} · Keep it safe and show it to nobody",
)

DOOR_CARD_WORDING = {Language.HANS: HANS, Language.HANT: HANT, Language.EN: EN}
