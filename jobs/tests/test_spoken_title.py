"""Titles as a person would say them. `HELD_OUT` was written before the rules: at first 44 of its 50 were right."""

import pytest

from jobs.spoken_title import title_in_words
from screener.models.organisation import MAX_SPOKEN_WORDS

TITLES = {
    "WAREHOUSE PICKER / PACKER - NIGHT SHIFT": "Warehouse picker, packer, night shift",
    "Sr. Software Eng. (m/f/d) – Remote #4711": "Senior Software Engineer, Remote",
    "RN": "RN",
    "REGISTERED NURSE (RN) - ICU": "Registered nurse, RN, ICU",
    "IT SUPPORT TECHNICIAN II": "IT support technician two",
    "HGV/LGV Driver": "HGV, LGV Driver",
    "CNC MACHINIST $28-$32/HR **SIGN ON BONUS**": "CNC machinist",
    "C++ Developer": "C++ Developer",
    "C/C++ ENGINEER": "C, C++ engineer",
    "C#/.NET Developer": "C#, .NET Developer",
    "iOS Developer | Berlin": "iOS Developer, Berlin",
    "Customer support specialist": "Customer support specialist",
    "Asst. Mgr. - Retail & Hospitality": "Assistant Manager, Retail and Hospitality",
    "URGENTLY HIRING!!! Forklift Operator": "Forklift Operator",
    "Sales Manager [REQ-0042]": "Sales Manager",
    "Nurse Practitioner (Job ID: 88231)": "Nurse Practitioner",
    "Graduate Programme 2026": "Graduate Programme 2026",
    "Verkäufer:in (m/w/d)": "Verkäufer",
    "UI/UX Designer": "UI, UX Designer",
    "Part-Time Barista (weekends)": "Part-Time Barista, weekends",
    "F/T COOK": "Full time cook",
    "Jr. Accountant, Accts. Payable": "Junior Accountant, Accounts Payable",
    "  Electrician\t(Commercial)  ": "Electrician, Commercial",
    "24/7 Support Agent": "24/7 Support Agent",
    "Cleaner - Cleaner": "Cleaner",
    "Manager, Sales": "Manager, Sales",
    "driver": "Driver",
    "####": "####",
    "LINE COOK — UP TO $22 PER HOUR — APPLY NOW!": "Line cook",
    "Electrical Maintenance Technician I": "Electrical Maintenance Technician one",
    "HAIRDRESSER / STYLIST / BARBER?? chair to fill - full or p/time": "Hairdresser, stylist, barber, chair to fill",
    "Security Officer (SIA DS) 12hr shifts 4on/4off £12.90PH": "Security Officer, SIA DS",
    "CLEANER 16.5HRS P/W 6-9AM £11.44p/h": "Cleaner",
    "Kitchen Assistant - 20 hrs p/w": "Kitchen Assistant, 20 hours per week",
    "Care Worker 8h nights ... 13.50ph": "Care Worker, nights",
    "Koch (m/w/d) 18€/Std. 3x 12h": "Koch",
    "$$$ ROOFERS $$$ $25-30/hr": "Roofers",
    "Class 2 Driver?!": "Class 2 Driver",
    "3D Artist -- 5G, B2B": "3D Artist, 5G, B2B",
    "Support Worker - £28k pa": "Support Worker",
    "1ST LINE SUPPORT 30K-35K": "1st line support",
}
HELD_OUT = {
    "FORKLIFT DRIVER/REACH TRUCK - DAYS": "Forklift driver, reach truck, days",
    "Senior HR Business Partner (f/m/x)": "Senior HR Business Partner",
    "CDL-A TRUCK DRIVER | HOME DAILY": "CDL-A truck driver, home daily",
    "Lead QA Eng. (Automation)": "Lead QA Engineer, Automation",
    "LPN / LVN – Long Term Care": "LPN, LVN, Long Term Care",
    "NOW HIRING: Delivery Associates": "Delivery Associates",
    "PLUMBER'S MATE": "Plumber's mate",
    "HVAC INSTALLER III": "HVAC installer three",
    "Data Scientist / ML Engineer (Ref. 20931)": "Data Scientist, ML Engineer",
    "Teaching Assistant (SEN) – KS2": "Teaching Assistant, SEN, KS2",
    "Receptionist, P/T": "Receptionist, part time",
    "SQL DBA": "SQL DBA",
    "Head Chef £35k-£40k": "Head Chef",
    "Regional Sales Rep - Midwest, USA": "Regional Sales Rep, Midwest, USA",
    "VP of Ops & Strategy": "VP of Ops and Strategy",
    "Care Assistant w/ Driving Licence": "Care Assistant with Driving Licence",
    "Krankenpfleger/in (all genders)": "Krankenpfleger",
    "2ND SHIFT MACHINE OPERATOR": "2nd shift machine operator",
    "DevOps Engineer (AWS, Kubernetes)": "DevOps Engineer, AWS, Kubernetes",
    "SEASONAL STORE ASSOCIATE JR-10293": "Seasonal store associate",
    "Node.js Backend Dev.": "Node.js Backend Developer",
    "Physio (Band 6) - NHS": "Physio, Band 6, NHS",
    "CUSTOMER SERVICE REP. – CALL CENTER": "Customer service rep, call center",
    "Bartender @ The Anchor": "Bartender at The Anchor",
    "OFFICE ADMIN. (MATERNITY COVER)": "Office admin, maternity cover",
    "SAP FI/CO Consultant": "SAP FI, CO Consultant",
    "Welder (MIG/TIG)": "Welder, MIG, TIG",
    "R&D Chemist": "R and D Chemist",
    "Sr Mgr, Supply Chain": "Senior Manager, Supply Chain",
    "STORE MANAGER - LONDON UK": "Store manager, london UK",
    "PACKING OPERATIVE - 4 ON 4 OFF": "Packing operative, 4 on 4 off",
    "Bus Driver (PCV) £14.20 per hour": "Bus Driver, PCV",
    "QC INSPECTOR II (2ND SHIFT)": "QC inspector two, 2nd shift",
    "Marketing Manager (w/m/d) Hamburg": "Marketing Manager, Hamburg",
    "WE ARE HIRING! CNA - ALL SHIFTS": "CNA, all shifts",
    "Kitchen Porter (Ref: KP/221)": "Kitchen Porter",
    "ASST. STORE MGR. #221 - DALLAS, TX": "Assistant store manager, dallas, TX",
    "Embedded C++/Rust Engineer": "Embedded C++, Rust Engineer",
}


def test_title_is_spoken_as_words() -> None:
    titles = TITLES | HELD_OUT
    assert {title: title_in_words(title) for title in titles} == titles


@pytest.mark.parametrize("title", ["Head of " + "Regional " * 20, "Regional Manager - " * 20 + "Retail", "x" * 200])
def test_spoken_title_is_short(title: str) -> None:
    assert 0 < len(title_in_words(title).split()) <= MAX_SPOKEN_WORDS


def test_spoken_title_is_stable() -> None:
    spoken = {title_in_words(title) for title in TITLES | HELD_OUT}
    assert [title for title in spoken if title_in_words(title) != title] == []
