"""The fixed words of an account statement in three languages; days and months are those of the receipt."""

from dataclasses import dataclass

from koumen.documents.rules.receipt import Language


@dataclass(frozen=True, kw_only=True)
class StatementWording:
    """One language's words, in the order in which they stand on the page."""

    title: str
    number: str
    debtor: str
    issued: str
    day: str
    pay: str
    pay_by: str
    nothing: str
    owed_to_you: str
    keep: str
    minimum: str
    free: str
    more: str
    lines_title: str
    lines: dict[str, str]
    instalments_now_due: str
    balance: str
    future: str
    items_title: str
    head: tuple[str, str, str, str]
    items: dict[str, str]
    told_later: str
    corrections: str
    complain: str
    spelling: str
    shortened: str
    empty: str


HANS = StatementWording(
    title="账单",
    number="账户",
    debtor="户名",
    issued="出账日",
    day="{date} {weekday}",
    pay="请还",
    pay_by="还款日 {day}",
    nothing="这一期不用还款",
    owed_to_you="您多付的钱",
    keep="这笔钱是您的，会先用来付您下次买的东西。想取回，请打电话给我们。",
    minimum="至少要还 {amount}",
    free="在 {day} 之前（当天也算）还清 {amount}，不收任何利息和费用。",
    more="只还最低金额，其余部分从还款日起按天计息。",
    lines_title="这期账单是怎么来的",
    lines={
        "before": "上期账单",
        "bought": "买的东西",
        "given_back": "退货",
        "paid": "您还的款",
        "interest": "利息",
        "late": "逾期费",
        "plan_charges": "分期手续费",
        "instalments": "本期应还的分期",
        "into_plans": "转成分期，以后各期再还",
        "others": "减免或退回给您的",
        "corrections": "更正以前的账单",
    },
    instalments_now_due="以后各期的分期，现在一起还",
    balance="本期账单",
    future="以后各期还要还的分期本金（不在本期内）",
    items_title="明细",
    head=("日期", "内容", "商户", "金额"),
    items={
        "online": "网上购物",
        "shop": "到店购物",
        "utility": "水电通讯",
        "card_bill": "代还信用卡账单",
        "disbursement": "放款给您",
        "purchase": "购物",
        "refund": "退货",
        "repayment": "您还的款",
        "waiver": "减免的费用",
        "credit_refund": "多付的钱退还给您",
        "write_off": "核销",
    },
    told_later="后来才告诉我们",
    corrections="“更正”是指：上期账单出来以后我们才知道的事，按当时就知道来算。",
    complain="看不懂或金额不对，请打 {phone}，有人为您解释。投诉不会对您有任何不利。",
    spelling="〓 表示字库中没有的字，括号内是它的编码。",
    shortened="过长的名称以 … 结尾。",
    empty="这一期没有明细。",
)

HANT = StatementWording(
    title="帳單",
    number="帳戶",
    debtor="戶名",
    issued="結帳日",
    day="{date} {weekday}",
    pay="請繳",
    pay_by="繳款日 {day}",
    nothing="這一期不用繳款",
    owed_to_you="您溢繳的錢",
    keep="這筆錢是您的，會先用來付您下次買的東西。想取回，請打電話給我們。",
    minimum="至少要繳 {amount}",
    free="在 {day} 之前（當天也算）繳清 {amount}，不收任何利息和費用。",
    more="只繳最低金額，其餘部分從繳款日起按天計息。",
    lines_title="這期帳單是怎麼來的",
    lines={
        "before": "上期帳單",
        "bought": "買的東西",
        "given_back": "退貨",
        "paid": "您繳的款",
        "interest": "利息",
        "late": "逾期費",
        "plan_charges": "分期手續費",
        "instalments": "本期應繳的分期",
        "into_plans": "轉成分期，以後各期再繳",
        "others": "減免或退還給您的",
        "corrections": "更正以前的帳單",
    },
    instalments_now_due="以後各期的分期，現在一起繳",
    balance="本期帳單",
    future="以後各期還要繳的分期本金（不在本期內）",
    items_title="明細",
    head=("日期", "內容", "商店", "金額"),
    items={
        "online": "網路購物",
        "shop": "到店購物",
        "utility": "水電通訊",
        "card_bill": "代繳信用卡帳單",
        "disbursement": "撥款給您",
        "purchase": "購物",
        "refund": "退貨",
        "repayment": "您繳的款",
        "waiver": "減免的費用",
        "credit_refund": "溢繳款退還給您",
        "write_off": "轉銷呆帳",
    },
    told_later="後來才告訴我們",
    corrections="「更正」是指：上期帳單出來以後我們才知道的事，按當時就知道來算。",
    complain="看不懂或金額不對，請撥 {phone}，有人為您解釋。申訴不會對您有任何不利。",
    spelling="〓 表示字型中沒有的字，括號內是它的編碼。",
    shortened="過長的名稱以 … 結尾。",
    empty="這一期沒有明細。",
)

EN = StatementWording(
    title="Bill",
    number="Account",
    debtor="Name",
    issued="Made on",
    day="{weekday}, {date}",
    pay="Please pay",
    pay_by="by {day}",
    nothing="Nothing is to be paid this month",
    owed_to_you="We owe you",
    keep="This money is yours. It pays what you buy next. If you would rather have it back, call us.",
    minimum="At least {amount}",
    free="Pay {amount} by {day}, that day included, and no interest and no charge is added.",
    more="If you pay only the minimum, interest is added on the rest, day by day from the due day.",
    lines_title="How this bill came about",
    lines={
        "before": "The bill before",
        "bought": "Bought",
        "given_back": "Given back",
        "paid": "Paid by you",
        "interest": "Interest",
        "late": "Late charge",
        "plan_charges": "Fees of instalment plans",
        "instalments": "Instalments that are due",
        "into_plans": "Put into instalments, for later bills",
        "others": "Let go or paid back to you",
        "corrections": "Corrections of earlier bills",
    },
    instalments_now_due="Instalments to come that are due now",
    balance="This bill",
    future="Instalments still to come (no part of this bill)",
    items_title="What it is about",
    head=("Day", "What", "Where", "Amount"),
    items={
        "online": "Online shop",
        "shop": "In a shop",
        "utility": "Electricity, water, telephone",
        "card_bill": "Card bill paid for you",
        "disbursement": "Paid out to you",
        "purchase": "Bought",
        "refund": "Given back",
        "repayment": "Paid by you",
        "waiver": "A charge we let go",
        "credit_refund": "Credit balance paid out to you",
        "write_off": "Written off",
    },
    told_later="told to us later",
    corrections="A correction is what we learned only after an earlier bill was made: it counts as if we had known it.",
    complain="Anything unclear or wrong? Call {phone}: a person explains it. Complaints are never held against you.",
    spelling="〓 stands for a character that our typeface lacks, with its code.",
    shortened="Long names end with ….",
    empty="Nothing happened in this month.",
)

STATEMENT_WORDING = {Language.HANS: HANS, Language.HANT: HANT, Language.EN: EN}
