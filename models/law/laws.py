"""The laws that results rest on, by their articles."""

from models.law.result import Basis


def contract(*articles: str) -> Basis:
    """Return articles of the Labour Contract Law."""
    return Basis("《劳动合同法》", articles, "2008年起")


def contract_rules(*articles: str) -> Basis:
    """Return articles of the regulation on carrying it out."""
    return Basis("《劳动合同法实施条例》", articles, "2008年起")


def labour(*articles: str) -> Basis:
    """Return articles of the Labour Law."""
    return Basis("《劳动法》", articles, "1995年起")


def arbitration(*articles: str) -> Basis:
    """Return articles of the Labour Dispute Mediation and Arbitration Law."""
    return Basis("《劳动争议调解仲裁法》", articles, "2008年起")


def civil_code(*articles: str) -> Basis:
    """Return articles of the Civil Code."""
    return Basis("《民法典》", articles, "2021年起")


def beijing_answers(*articles: str) -> Basis:
    """Return answers of Beijing's high court and arbitration office."""
    return Basis("北京高院和仲裁委《解答（一）》", articles, "2024年4月30日起")


def supreme_court(*articles: str) -> Basis:
    """Return articles of the Supreme Court's second interpretation on labour disputes."""
    return Basis("法释〔2025〕12号", articles, "2025年9月1日起")


def beijing_pay(*articles: str) -> Basis:
    """Return articles of Beijing's rules on paying wages."""
    return Basis("《北京市工资支付规定》", articles, "2004年起")


def injury(*articles: str) -> Basis:
    """Return articles of the Regulation on Work Injury Insurance."""
    return Basis("《工伤保险条例》", articles, "2011年起")


def women(*articles: str) -> Basis:
    """Return articles of the Special Rules on the Protection of Women at Work."""
    return Basis("《女职工劳动保护特别规定》", articles, "2012年起")


def annual_leave(*articles: str) -> Basis:
    """Return articles of the Regulation on Paid Annual Leave."""
    return Basis("《职工带薪年休假条例》", articles, "2008年起")


def annual_leave_rules(*articles: str) -> Basis:
    """Return articles of the measures on carrying it out in enterprises."""
    return Basis("《企业职工带薪年休假实施办法》", articles, "2008年起")


HOLIDAYS = Basis("《全国年节及纪念日放假办法》", ("2",), "2025年起")
CIVIL_PROCEDURE = Basis("《民事诉讼法》", ("85",), "2024年起")
BEIJING_FAMILIES = Basis("《北京市人口与计划生育条例》", (), "2021年11月26日起")
RETIREMENT = Basis("《国务院关于渐进式延迟法定退休年龄的办法》", ("1", "2"), "2025年起")
MIN_WAGE = Basis("京人社劳发〔2025〕7号", (), "2025年9月1日起")
WAGE_RULES = Basis("《工资支付暂行规定》", ("16",), "1995年起")
