"""Words of the generated rows. Lengths are those of real rows; their content is never read."""

FIRST_NAMES = (
    "Ada Amir Ana Anna Ben Carla Chen Dana David Elena Emma Farid Fatima George Grace Hana Henry Ines Ivan Jack Jana "
    "John Jonas Julia Karim Kim Lara Leo Lina Lucas Mara Maria Max Mei Mia Milan Nadia Nina Noah Olga Omar Paul Petra "
    "Priya Rosa Samir Sara Sofia Tariq Tom Vera Victor Wei Yara Zoe"
).split()
LAST_NAME_STARTS = (
    "Abra Bel Cor Dal Ever Fal Gar Hol Ing Jan Kel Lor Mar Nor Orl Per Quin Ros Sand Tor Ul Ver Wal Yor Zim"
).split()
LAST_NAME_ENDS = (
    "berg den field ford ham ington ker land ley man mont more nova sen ski son ström ton vich well win wood worth"
).split()
JOB_TITLES = (
    "Support engineer",
    "Warehouse worker",
    "Nurse",
    "Sales representative",
    "Driver",
    "Accountant",
    "Software developer",
    "Store manager",
)
COMPETENCIES = ("Experience", "Problem solving", "Communication", "Reliability", "Motivation")
QUESTIONS = (
    "Please tell me about the work that you do today, and about the part of it that you know best.",
    "Describe a problem at work that nobody had an answer to. How did you find one?",
    "How do you explain something difficult to a customer who is upset?",
    "What do you do when two people need you at the same time?",
    "Why does this job interest you, and what should we know before you start?",
)
SENTENCES = (
    "In my last position I looked after about forty customers a day, mostly by phone and sometimes on site.",
    "We had a failure that came back every Monday, so I wrote down the changes before each one and found the pattern.",
    "I listen first, repeat what I understood in my own words, and then I say what I can do today and what I cannot.",
    "After six weeks the number of repeated calls was down by a third, and my team took the list over.",
    "If two things are urgent I ask who loses more by waiting, tell the other one when I will come, and keep to it.",
    "I would like to learn more about planning, because that is what I miss most where I work now.",
    "Once I promised a date too early, and I learned to check with the warehouse before I give my word.",
    "My manager asked me to train two new colleagues, and both of them stayed.",
)
REASONS = (
    "Describes a concrete situation, the own part in it and a result with a figure.",
    "Answers the question in general terms; the example stays without a result.",
    "Ordered and easy to follow, with a clear beginning and end.",
    "Takes responsibility and speaks well of others.",
)
