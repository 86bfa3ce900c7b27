"""The fixed words of the reports of the books; names of accounts and entries come with the content."""

from dataclasses import dataclass

from koumen.documents.rules.receipt import Language


@dataclass(frozen=True, kw_only=True)
class BookWording:
    """One language's words."""

    trial: str
    ledger: str
    statement: str
    branch: str
    days: str
    from_to: str
    through: str
    since: str
    everything: str
    made: str
    account: str
    owner: str
    currency: str
    day: str
    entry: str
    other: str
    debit: str
    credit: str
    balance: str
    opening: str
    closing: str
    total: str
    final: str
    not_final: str
    sign: str


HANS = BookWording(
    trial="试算平衡表",
    ledger="总分类账",
    statement="明细账",
    branch="分支机构",
    days="期间",
    from_to="{first} 至 {last}",
    through="截至 {last}",
    since="自 {first} 起",
    everything="全部",
    made="编制时间",
    account="科目",
    owner="户名编号",
    currency="币种",
    day="入账日",
    entry="摘要",
    other="对方科目",
    debit="借方",
    credit="贷方",
    balance="余额",
    opening="期初余额",
    closing="期末余额",
    total="合计",
    final="以上各日均已结账，数字不会再变。",
    not_final="其中有尚未结账的日子，数字还可能变化。",
    sign="余额为借方减贷方；负数表示贷方余额。",
)
HANT = BookWording(
    trial="試算表",
    ledger="總分類帳",
    statement="明細帳",
    branch="分支機構",
    days="期間",
    from_to="{first} 至 {last}",
    through="截至 {last}",
    since="自 {first} 起",
    everything="全部",
    made="編製時間",
    account="科目",
    owner="戶名編號",
    currency="幣別",
    day="入帳日",
    entry="摘要",
    other="對方科目",
    debit="借方",
    credit="貸方",
    balance="餘額",
    opening="期初餘額",
    closing="期末餘額",
    total="合計",
    final="以上各日均已結帳，數字不會再變。",
    not_final="其中有尚未結帳的日子，數字還可能變化。",
    sign="餘額為借方減貸方；負數表示貸方餘額。",
)
EN = BookWording(
    trial="Trial balance",
    ledger="General ledger",
    statement="Account statement",
    branch="Branch",
    days="Days",
    from_to="{first} to {last}",
    through="up to {last}",
    since="from {first}",
    everything="All",
    made="Made",
    account="Account",
    owner="Owner",
    currency="Currency",
    day="Booked",
    entry="Entry",
    other="Other account",
    debit="Debit",
    credit="Credit",
    balance="Balance",
    opening="Opening balance",
    closing="Closing balance",
    total="Total",
    final="All these days are closed: the figures can no longer change.",
    not_final="Some of these days are not closed yet: the figures may still change.",
    sign="A balance is debit less credit; a negative one stands on the credit side.",
)

BOOK_WORDING: dict[Language, BookWording] = {Language.HANS: HANS, Language.HANT: HANT, Language.EN: EN}
