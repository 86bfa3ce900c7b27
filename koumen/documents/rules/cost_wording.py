"""The words of a sheet of all costs, in three languages: the same on a page and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from koumen.documents.rules.receipt import Language


@dataclass(frozen=True, kw_only=True)
class CostWording:
    """All words; braces are filled with amounts, rates and names."""

    title: str
    purposes: Mapping[str, str]
    starts: Mapping[str, str]
    one_line: str
    one_line_free: str
    year: str
    year_how: str
    principal: str
    total: str
    cost: str
    payments: str
    run_one: str
    run_many: str
    items: str
    contingent: str
    rate: str
    amount: str
    annual: str
    names: Mapping[str, str]
    how: Mapping[str, str]
    by: str
    most: str
    no_other: str
    account: str
    shown: str
    confirmed: Mapping[str, str]
    not_confirmed: str
    help: str
    number: str
    attached: str


HANS = CostWording(
    title="综合融资成本明示表",
    purposes={"instalments": "分期付款", "loan": "贷款", "repayment_plan": "还款计划"},
    starts={
        "instalments": "{principal} 分期还",
        "loan": "借 {principal}",
        "repayment_plan": "欠 {principal}",
    },
    one_line="{start}，一共还 {total}，多付 {cost}，一年相当于 {annual}。",
    one_line_free="{start}，一共还 {total}，不多付一分钱。",
    year="一年的成本",
    year_how="按月利率乘十二计算；按复利计算是 {effective}。",
    principal="本金",
    total="一共要还",
    cost="比本金多付",
    payments="每月怎么还",
    run_one="第 {first} 次还 {each}",
    run_many="第 {first} 到第 {last} 次，每次还 {each}",
    items="按时还款时的费用",
    contingent="只有出现这些情况才会有的费用",
    rate="标准",
    amount="金额",
    annual="折合一年",
    names={
        "instalment_fee": "分期手续费",
        "interest": "利息",
        "late": "逾期费",
        "unpaid_interest": "没有还的部分的利息",
        "prepayment": "提前还清",
        "let_go": "计划里免去的钱",
    },
    how={
        "with_each_instalment": "随每次还款收取",
        "with_first_instalment": "第一次还款时一次收取",
        "each_day_late": "逾期一天收一天，按逾期金额",
        "once_late": "逾期收一次，按未还的最低还款额",
        "each_day_unpaid": "没有还清的天数，按没有还的金额",
        "waive_unbilled": "不另收费，还没有出账的手续费不再收",
        "all_due": "全部手续费仍然要付",
        "pro_rata_days": "手续费只算到还清那一天",
        "plan_broken": "计划没有守住时，要重新付",
    },
    by="由{lender}收取",
    most="（最多 {most}）",
    no_other="除了上面写明的，不再收取任何与这笔借款有关的费用。",
    account="账户",
    shown="展示时间",
    confirmed={
        "tap": "本人阅读后点按确认",
        "signature": "当面签字确认",
        "turned_phone": "本人在上门人员的手机上阅读后点按确认",
        "read_back": "电话里念给本人听，本人同意",
    },
    not_confirmed="还没有确认",
    help="看不懂，请打 {phone}，有人给您讲。",
    number="校验",
    attached="本表的数据",
)

HANT = CostWording(
    title="綜合融資成本明示表",
    purposes={"instalments": "分期付款", "loan": "貸款", "repayment_plan": "還款計畫"},
    starts={
        "instalments": "{principal} 分期還",
        "loan": "借 {principal}",
        "repayment_plan": "欠 {principal}",
    },
    one_line="{start}，一共還 {total}，多付 {cost}，一年相當於 {annual}。",
    one_line_free="{start}，一共還 {total}，不多付一分錢。",
    year="一年的成本",
    year_how="按月利率乘十二計算；按複利計算是 {effective}。",
    principal="本金",
    total="一共要還",
    cost="比本金多付",
    payments="每月怎麼還",
    run_one="第 {first} 次還 {each}",
    run_many="第 {first} 到第 {last} 次，每次還 {each}",
    items="按時還款時的費用",
    contingent="只有出現這些情況才會有的費用",
    rate="標準",
    amount="金額",
    annual="折合一年",
    names={
        "instalment_fee": "分期手續費",
        "interest": "利息",
        "late": "逾期費",
        "unpaid_interest": "沒有還的部分的利息",
        "prepayment": "提前還清",
        "let_go": "計畫裡免去的錢",
    },
    how={
        "with_each_instalment": "隨每次還款收取",
        "with_first_instalment": "第一次還款時一次收取",
        "each_day_late": "逾期一天收一天，按逾期金額",
        "once_late": "逾期收一次，按未繳的最低應繳額",
        "each_day_unpaid": "沒有還清的天數，按沒有還的金額",
        "waive_unbilled": "不另收費，還沒有出帳的手續費不再收",
        "all_due": "全部手續費仍然要付",
        "pro_rata_days": "手續費只算到還清那一天",
        "plan_broken": "計畫沒有守住時，要重新付",
    },
    by="由{lender}收取",
    most="（最多 {most}）",
    no_other="除了上面寫明的，不再收取任何與這筆借款有關的費用。",
    account="帳戶",
    shown="展示時間",
    confirmed={
        "tap": "本人閱讀後點按確認",
        "signature": "當面簽名確認",
        "turned_phone": "本人在到府人員的手機上閱讀後點按確認",
        "read_back": "電話裡念給本人聽，本人同意",
    },
    not_confirmed="還沒有確認",
    help="看不懂，請撥 {phone}，有人給您講。",
    number="校驗",
    attached="本表的資料",
)

EN = CostWording(
    title="Sheet of all costs",
    purposes={"instalments": "Instalments", "loan": "Loan", "repayment_plan": "Repayment plan"},
    starts={
        "instalments": "You split {principal}",
        "loan": "You borrow {principal}",
        "repayment_plan": "You owe {principal}",
    },
    one_line="{start} and pay back {total}: {cost} more, which is {annual} a year.",
    one_line_free="{start} and pay back {total}: nothing more.",
    year="Cost of a year",
    year_how="Twelve times the month's rate; with interest on interest it is {effective}.",
    principal="Amount",
    total="You pay back",
    cost="That is more by",
    payments="How you pay, month by month",
    run_one="Payment {first}: {each}",
    run_many="Payments {first} to {last}: {each} each",
    items="Costs when you pay on time",
    contingent="Costs only if this happens",
    rate="Rate",
    amount="Amount",
    annual="In a year",
    names={
        "instalment_fee": "Instalment fee",
        "interest": "Interest",
        "late": "Late charge",
        "unpaid_interest": "Interest on what is not paid",
        "prepayment": "Paying all early",
        "let_go": "What the plan lets go",
    },
    how={
        "with_each_instalment": "with each payment",
        "with_first_instalment": "all with the first payment",
        "each_day_late": "for each day late, on what is late",
        "once_late": "once when late, on the unpaid minimum",
        "each_day_unpaid": "for each day, on what is not paid",
        "waive_unbilled": "no charge; fees not billed yet fall away",
        "all_due": "the whole fee is still owed",
        "pro_rata_days": "the fee is owed up to that day only",
        "plan_broken": "owed again if the plan is broken",
    },
    by="collected by {lender}",
    most=" (at most {most})",
    no_other="Besides what is written here, nothing else is charged for this borrowing.",
    account="Account",
    shown="Shown on",
    confirmed={
        "tap": "Read and confirmed by a tap",
        "signature": "Signed in person",
        "turned_phone": "Read and confirmed by a tap on the agent's phone",
        "read_back": "Read out by telephone, and agreed to",
    },
    not_confirmed="Not confirmed yet",
    help="Not clear? Call {phone}; a person will explain it.",
    number="Check",
    attached="The data of this sheet",
)

COST_WORDING: dict[Language, CostWording] = {Language.HANS: HANS, Language.HANT: HANT, Language.EN: EN}
