"""Who trades in the demo: sellers with their staff, buyers with their addresses, and ops."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from assurance.accounts.models import Address, User
from assurance.demo.sign_ins import OPS, PASSWORD, SIGN_INS
from assurance.demo.world.goods import rows
from assurance.kernel.days import day_of, plus, start_of
from sellers.models import Company, Seller, Staff

# People and accounts are older than the first order.
PAST_DAYS = 215


@dataclass(frozen=True)
class Part:
    """A seller account. Days are counted back from the present; `company` none means a firm of its own."""

    key: str
    shop: str
    company: str
    company_zh: str
    city: str
    people: tuple[tuple[str, str], ...]
    freight: str = "platform"
    opened: int = PAST_DAYS
    joined: int | None = None
    left: int | None = None


PARTS = (
    Part("qinghe", "Qinghe Enamelware", "Zibo Qinghe Enamelware Co., Ltd.", "淄博青禾搪瓷制品有限公司", "Zibo",
         (("ming@demo.example", "Ming Zhao"), ("lu.yan@sellers.example", "Lu Yan")), "couriers", joined=196),
    Part("lanting", "Lanting Lighting", "Ningbo Lanting Lighting Co., Ltd.", "宁波澜庭照明有限公司", "Ningbo",
         (("fang@demo.example", "Fang Chen"),), "couriers"),
    Part("hebao", "Hebao Bags", "Yiwu Hebao Trading Co., Ltd.", "义乌禾宝贸易有限公司", "Yiwu",
         (("sun.jia@sellers.example", "Sun Jia"),), joined=190),
    Part("outdoor", "Hebao Outdoor", "Yiwu Hebao Trading Co., Ltd.", "义乌禾宝贸易有限公司", "Yiwu",
         (("wu.tao@sellers.example", "Wu Tao"),), joined=150),
    Part("lingjie", "Lingjie Electronics", "Shenzhen Lingjie Electronics Co., Ltd.", "深圳凌捷电子有限公司", "Shenzhen",
         (("guo.min@sellers.example", "Guo Min"), ("he.lin@sellers.example", "He Lin")), "couriers", joined=186),
    Part("muyun", "Muyun Furniture", "Foshan Muyun Furniture Co., Ltd.", "佛山沐云家具有限公司", "Foshan",
         (("deng.hua@sellers.example", "Deng Hua"),), joined=170),
    Part("sumian", "Sumian Textiles", "Nantong Sumian Textile Co., Ltd.", "南通素棉纺织品有限公司", "Nantong",
         (("xu.ting@sellers.example", "Xu Ting"),), joined=188),
    Part("baiyao", "Baiyao Porcelain", "Jingdezhen Baiyao Porcelain Co., Ltd.", "景德镇白窑陶瓷有限公司", "Jingdezhen",
         (("cheng.yi@sellers.example", "Cheng Yi"),), joined=24),
    Part("tieniu", "Tieniu Hardware", "Yongkang Tieniu Hardware Co., Ltd.", "永康铁牛五金制品有限公司", "Yongkang",
         (("shi.lei@sellers.example", "Shi Lei"),)),
    Part("zhice", "Zhice Stationery", "Wenzhou Zhice Stationery Co., Ltd.", "温州知册文具有限公司", "Wenzhou",
         (("lin.xue@sellers.example", "Lin Xue"),), joined=160, left=38),
    Part("leyuan", "Leyuan Toys", "Shantou Leyuan Toys Co., Ltd.", "汕头乐圆玩具有限公司", "Shantou",
         (("huang.bo@sellers.example", "Huang Bo"),), opened=210),
    Part("rizhao", "Rizhao Solar", "Changzhou Rizhao Energy Co., Ltd.", "常州日照新能源有限公司", "Changzhou",
         (("qian.rui@sellers.example", "Qian Rui"),), "plain", opened=205, joined=120),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """The people and accounts of the world, by key or in the order of their table."""

    sellers: dict[str, Seller]
    staff: dict[str, User]
    buyers: list[User]
    addresses: dict[int, dict[str, str]]
    ops: User


def make_cast(now: datetime) -> Cast:
    """Companies, seller accounts with Trade Assurance open, staff, buyers, and one of ops.

    Only the four demo sign-ins get a password, hashed once; nobody can sign in as anybody else.
    """
    password, nobody = make_password(PASSWORD), make_password(None)
    people = _people(now)
    for user in people:
        user.password = password if user.email in SIGN_INS else nobody
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people
    )
    known = {user.email: user for user in people}
    sellers = _sellers(now)
    Staff.objects.bulk_create(
        Staff(user=known[email], seller=sellers[part.key]) for part in PARTS for email, _name in part.people
    )
    addresses = [_address(known[row["email"]], row) for row in rows("buyers.csv")]
    Address.objects.bulk_create(addresses)
    return Cast(
        sellers=sellers,
        staff={part.key: known[part.people[0][0]] for part in PARTS},
        buyers=[address.user for address in addresses],
        addresses={address.user_id: address.as_text() for address in addresses},
        ops=known[OPS],
    )


def _people(now: datetime) -> list[User]:
    joined = start_of(plus(day_of(now), -PAST_DAYS))
    buyers = [
        User(
            email=row["email"],
            name=row["name"],
            company=row["company"],
            country=row["country"],
            language=row["language"],
            date_joined=joined,
        )
        for row in rows("buyers.csv")
    ]
    staff = [
        User(
            email=email, name=name, company=part.company, country="CN", language="zh-hans", date_joined=joined
        )
        for part in PARTS
        for email, name in part.people
    ]
    olivia = User(email=OPS, name="Olivia Grant", is_staff=True, is_superuser=True, date_joined=joined)
    return [*buyers, *staff, olivia]


def _sellers(now: datetime) -> dict[str, Seller]:
    firms = {
        part.company: Company(name=part.company, name_zh=part.company_zh, city=part.city) for part in PARTS
    }
    Company.objects.bulk_create(firms.values())
    sellers = {
        part.key: Seller(
            company=firms[part.company],
            name=part.shop,
            qualified_at=start_of(plus(day_of(now), -part.opened)),
        )
        for part in PARTS
    }
    Seller.objects.bulk_create(sellers.values())
    return sellers


def _address(user: User, row: dict[str, str]) -> Address:
    return Address(
        user=user,
        recipient=row["name"],
        street=row["street"],
        city=row["city"],
        region=row["region"],
        postcode=row["postcode"],
        country=row["country"],
        is_default=True,
    )
