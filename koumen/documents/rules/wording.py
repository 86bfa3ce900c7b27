"""The fixed words of a receipt in three languages.

They stand here and not in the sites' catalogues: a receipt is a legal text, its words belong to its template and
change with it, and the attached record names the version of both.
"""

from dataclasses import dataclass

from koumen.documents.rules.receipt import Language, Method


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One language's words, in the order in which they stand on the page."""

    title: str
    number: str
    received_from: str
    on_behalf_of: str
    in_words: str
    covers: str
    item: str
    share: str
    split: dict[str, str]
    sum: str
    balance: str
    balance_credit: str
    when: str
    method: str
    methods: dict[Method, str]
    reference: str
    counted: str
    pieces: str
    handed_over: str
    change: str
    visit: str
    agent: str
    quote: str
    contract: str
    signed_on: str
    limit: str
    debtor: str
    payer: str
    lender: str
    address: str
    registration: str
    details: str
    verify_title: str
    verify: str
    code: str
    no_other: str
    complain: str
    void: str
    spelling: str
    shortened: str
    qr_alt: str
    attached: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    moment: str


HANS = Wording(
    title="收据",
    number="收据号",
    received_from="今收到 {payer} 交来还款",
    on_behalf_of="今收到 {payer} 代 {debtor} 交来还款",
    in_words="大写：{words}",
    covers="这笔钱抵了什么",
    item="项目",
    share="金额",
    split={
        "fees": "费用",
        "late": "逾期利息",
        "interest": "利息",
        "principal": "本金",
        "credit_balance": "多付，留作下期抵扣",
    },
    sum="合计",
    balance="还款后尚欠",
    balance_credit="已还清",
    when="{moment} 收讫",
    method="付款方式",
    methods={
        Method.CASH: "现金",
        Method.WALLET: "手机钱包扫码",
        Method.CARD: "银行卡",
        Method.TRANSFER: "银行转账",
    },
    reference="付款流水号",
    counted="当面点清",
    pieces="{value} × {pieces}",
    handed_over="交来",
    change="找零",
    visit="上门编号",
    agent="经手工号",
    quote="报价编号",
    contract="合同编号",
    signed_on="签约日期",
    limit="信用额度",
    debtor="欠款人",
    payer="付款人",
    lender="出借人",
    address="地址",
    registration="登记号",
    details="明细",
    verify_title="查真伪",
    verify="用手机扫码，或打开下面的网址，不用登录。",
    code="核验码",
    no_other="本次上门，除上面的金额外，没有收取任何其他款项。",
    complain="金额不符或有不满，请打 {phone}，或联系 {place}。投诉不会对您有任何不利。",
    void="收据号连续编排，绝不重用。作废的收据在核验网页上标明“作废”；手工涂改的收据无效。",
    spelling="〓 表示字库中没有的字，括号内是它的编码；原字写在本文件所附的 receipt.json 里。",
    shortened="过长的名称以 … 结尾；全文写在本文件所附的 receipt.json 里。",
    qr_alt="二维码，打开核验网页 {url}",
    attached="本收据的数据，姓名按原字",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    months=tuple(str(month) for month in range(1, 13)),
    date="{year} 年 {month} 月 {day} 日",
    moment="{date} {weekday} {clock}",
)

HANT = Wording(
    title="收據",
    number="收據編號",
    received_from="茲收到 {payer} 交來還款",
    on_behalf_of="茲收到 {payer} 代 {debtor} 交來還款",
    in_words="大寫：{words}",
    covers="這筆錢抵了什麼",
    item="項目",
    share="金額",
    split={
        "fees": "費用",
        "late": "逾期利息",
        "interest": "利息",
        "principal": "本金",
        "credit_balance": "多付，留作下期抵扣",
    },
    sum="合計",
    balance="還款後尚欠",
    balance_credit="已還清",
    when="{moment} 收訖",
    method="付款方式",
    methods={
        Method.CASH: "現金",
        Method.WALLET: "電子錢包掃碼",
        Method.CARD: "銀行卡",
        Method.TRANSFER: "銀行轉帳",
    },
    reference="付款序號",
    counted="當面點清",
    pieces="{value} × {pieces}",
    handed_over="交來",
    change="找零",
    visit="到府編號",
    agent="經手編號",
    quote="報價編號",
    contract="契約編號",
    signed_on="簽約日期",
    limit="信用額度",
    debtor="欠款人",
    payer="付款人",
    lender="貸款人",
    address="地址",
    registration="登記證號",
    details="明細",
    verify_title="查真偽",
    verify="用手機掃碼，或開啟下面的網址，不用登入。",
    code="查驗碼",
    no_other="本次到府，除上面的金額外，沒有收取任何其他款項。",
    complain="金額不符或有不滿，請撥 {phone}，或聯絡 {place}。申訴不會對您有任何不利。",
    void="收據編號連續編排，絕不重用。作廢的收據在查驗網頁上標明「作廢」；手工塗改的收據無效。",
    spelling="〓 表示字型中沒有的字，括號內是它的編碼；原字寫在本檔案所附的 receipt.json 裡。",
    shortened="過長的名稱以 … 結尾；全文寫在本檔案所附的 receipt.json 裡。",
    qr_alt="QR 碼，開啟查驗網頁 {url}",
    attached="本收據的資料，姓名按原字",
    weekdays=("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    months=tuple(str(month) for month in range(1, 13)),
    date="{year} 年 {month} 月 {day} 日",
    moment="{date} {weekday} {clock}",
)

EN = Wording(
    title="Receipt",
    number="Receipt number",
    received_from="Received from {payer}, in repayment",
    on_behalf_of="Received from {payer}, in repayment for {debtor}",
    in_words="{words}",
    covers="What this payment covered",
    item="Item",
    share="Amount",
    split={
        "fees": "Fees",
        "late": "Late interest",
        "interest": "Interest",
        "principal": "Principal",
        "credit_balance": "Paid in advance, kept for the next bill",
    },
    sum="Total",
    balance="Still owed after this payment",
    balance_credit="Nothing is owed",
    when="Received on {moment}",
    method="Paid by",
    methods={
        Method.CASH: "Cash",
        Method.WALLET: "Phone wallet, QR code",
        Method.CARD: "Card",
        Method.TRANSFER: "Bank transfer",
    },
    reference="Reference",
    counted="Counted",
    pieces="{value} × {pieces}",
    handed_over="Handed over",
    change="Change",
    visit="Visit",
    agent="Agent",
    quote="Quote",
    contract="Contract",
    signed_on="Signed on",
    limit="Credit limit",
    debtor="Debtor",
    payer="Payer",
    lender="Lender",
    address="Address",
    registration="Registration",
    details="Details",
    verify_title="Is it real?",
    verify="Scan, or open this address. No sign-in needed.",
    code="Short code",
    no_other="No other money was taken at the visit.",
    complain="Anything wrong? Call {phone} or contact {place}. Complaints are never held against you.",
    void="Receipt numbers run without gaps and are never used again. A void receipt is marked VOID at this address; "
    "one altered by hand is not valid.",
    spelling="〓 stands for a character that our typeface lacks, with its code; the exact spelling is in the attached "
    "receipt.json.",
    shortened="Long names end with …; they stand in full in the attached receipt.json.",
    qr_alt="QR code that opens {url}",
    attached="The data of this receipt, with names spelled exactly",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date="{day} {month} {year}",
    moment="{weekday}, {date}, {clock}",
)

WORDING: dict[Language, Wording] = {Language.HANS: HANS, Language.HANT: HANT, Language.EN: EN}
