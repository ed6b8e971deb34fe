# ruff: noqa: E501
"""English utterances, in the notation of `notation.py`."""

import re

from interviews.conversation.phrases.en_times import TIMES as TIMES
from interviews.conversation.phrases.intent import Expecting, Intent
from interviews.conversation.phrases.meaning import Meaning
from interviews.conversation.phrases.sections import BEFORE_QUESTIONS, DURING_QUESTIONS, Section

HINTS = (
    "yes, no, I agree, speaking, this is she, call me later, who is this, wrong number, repeat that, a person please"
)

SUFFIXES = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'s": "is"}

REWRITES = """
can't | cant | cannot > can not
won't | wont > will not
shan't > will not
ain't | aint > is not
dont > do not
doesnt > does not
didnt > did not
isnt > is not
wasnt > was not
arent > are not
wouldnt > would not
shouldnt > should not
couldnt > could not
havent > have not
hasnt > has not
im > i am
ive > i have
youre > you are
youve > you have
hes > he is
shes > she is
theyre > they are
thats > that is
whats > what is
whos > who is
wheres > where is
theres > there is
let's | lets > let us
wanna > want to
gonna > going to
gotta > have to
gimme > give me
lemme > let me
dunno > do not know
y'all | yall | u > you
cuz | cause | coz > because
yeah | yea | yah | ya | yep | yup | yeh | aye | si | uh huh | yessir > yes
nope | nah | naw | nay | uh uh | nuh uh > no
ok | okey | okie | k | alrighty | alright | all right > okay
somebody | some one > someone
anybody | any one > anyone
nobody | no one > noone
cell phone | mobile phone | cellphone | telephone > phone
bye bye | good bye > bye
not interesting > not interested
p m > pm
a m > am
a i > ai
o clock > o'clock
i am agree > i agree
i not > i do not
i no > i do not
me not > i do not
you not > you do not
is no here > is not here
no is here > is not here
halve > half
"""

FILLERS = """
uh um uhm umm er erm ehm eh ah ahh aha oh ooh hm hmm hmmm mm mmm well just please kindly actually basically honestly
literally simply sir madam ma'am miss mister mr mrs ms man dude buddy mate pal bro dear honey sweetie darling folks
though really even exactly very quite quickly
"""

FRAGMENTS = {
    "can": "(can | could | may | might)",
    "want": """(i | we | and | but | ^)? (would | will | do)? (want | need | like | love | prefer | wish | rather | demand | insist) (on)? (you)? (to)?
        | <can> (i | we) | let me | let us | is it (possible | okay) (to | if i | for me to) | is there (a | any) (way | chance) (to | i can | i could)?
        | (am i able | are we able | would it be possible) (to | if i | for me to)?""",
    "ask": """(can | could | will | would | may | might) (you | u) (be so kind (and | to) | try to | maybe)? | you (can | could | must | should | need to | have to) | (do | would) you mind
        | i (would | will)? (want | need | like | prefer | ask | beg) (for)? you to | is it possible (to | for you to | you)? | mind | try to | ^ | and | sorry | okay | no | then | now | so | yes | but | someone <can>""",
    "now": """(right | just)? now | at (the | this | present) (moment | minute | time | second)? | currently | presently | today | tonight
        | this (morning | afternoon | evening | week | minute | second) | yet | still | for (now | the moment)""",
    "moment": "(moment* | second* | sec | secs | minute* | min | tick | bit | while | mo | jiffy | instant)",
    "they": "(he | she | they | @name | (my | the) <relation> | mommy | mummy | daddy | mom | mum | dad)",
    "relation": """(husband | wife | spouse | partner | boyfriend | girlfriend | fiance* | mother | mom | mum | mama | father | dad | papa | parent* | son | daughter
        | kid | child | brother | sister | cousin | uncle | aunt | auntie | nephew | niece | grand* | roommate | flatmate | housemate | friend | colleague
        | coworker | boss | assistant | secretary | neighbor | neighbour | landlord | landlady | caretaker | carer | nurse | babysitter | nanny | receptionist | reception | front desk)""",
    "contact": "(call | ring | phone | dial | contact | text | bother | disturb | harass | message | mail | email | telephone | annoy | pester | bug | spam | try | (reach out | talk | speak | write) to)",
    "contacting": """(calling | ringing | phoning | dialing | dialling | contacting | texting | bothering | disturbing | harassing | messaging | emailing | annoying | pestering
        | bugging | spamming | the calls | these calls | your calls)""",
    "me": "(me | us | here | (this | my | our) (number | phone | house | home | line | family) | (on | at) (this | my) (number | phone | line | address))",
    "again": "(again | anymore | any more | ever | any longer | no more | in the future | in future | once more | another time)",
    "person": """(a | an | the | your | some | with)? (real | actual | live | living | human | proper | normal | physical | different)? (person* | human being | human beings | human* | people | operator | agent | representative | recruiter | manager | supervisor | interviewer | staff | advisor | employee)
        | (a | an)? (real | actual | living | live) (one | man | woman | voice)
        | (someone | anyone) (in charge | who is (alive | human | real) | real | human | else | alive | (from | in | at) (hr | your | the) (company | office | team | department)?)
        | (hr | human resources) | (one of | any of) your (colleague* | people | staff | team)""",
    "machine": """(a | an | the | this | your | some | any | stupid | one of (those | these))? (ai)? (robot* | bot | bots | machine* | computer* | ai | ais | artificial intelligence | artificial | recording* | automated | automatic | automation
        | algorithm | software | program | chatbot | voicebot | robocall* | siri | alexa | chat gpt | chatgpt | gpt | virtual assistant | synthetic | prerecorded | recorded (voice | message) | tape | answering machine*) (voice | assistant | call* | thing* | message | system | interviewer | lady)?""",
    "language": """(spanish | espanol | español | french | français | francais | german | deutsch | polish | polski | portuguese | português | chinese | mandarin | cantonese | arabic | russian | hindi | urdu | vietnamese | korean
        | japanese | italian | italiano | turkish | ukrainian | tagalog | filipino | somali | creole | romanian | dutch | greek | punjabi | bengali | swahili | farsi | persian | hebrew | thai | czech | hungarian)""",
    "interview": "(the | this | that | an | your | any | a | my | with)? (whole | phone | job | telephone)? (interview* | call* | conversation | screening | process | application | questions)",
    "job": "(a | an | the | this | that | another | any | your | my | for | other)? (new | different | other | better | full time)? (job | work | position | role | offer | employment | gig | opportunity | vacancy | post | place | one)",
    "record": "(record* | tape* | taping)",
    "question": "(this | that | the | these | your | it | one | such)? (last | whole | next)? (question* | one | part | bit)?",
    "again_please": "(again | once more | one more time | another time | a second time | one time more)",
    "badtime": """(a | the | not | very | really)? (bad | good | great | best | ideal | convenient | right | inconvenient | terrible | awkward | wrong | suitable) (time | moment | timing)""",
}

VOICEMAIL = """
(leave | leaving) (me | us)? (a | your) (brief | short | detailed | quick)? (message | name | number | details | contact)
(after | at | wait for) the (beep | tone | signal)
(voicemail | voice mail | mailbox | answering service)
(is | am | are) (not | currently | un)? (not)? (available | able) to (take | answer) (your | the) (call | phone)
can not (take | answer) your call
get back to you as soon as
(will | shall) return your call
your call (has been | is being | can not be | could not be | is important | will be | may be)
the (person | number | subscriber | customer | party | mobile) you (are | have | dialed | dialled | called)
(record | leave) your message
(for | to) ... press (one | two | three | 1 | 2 | 3 | pound | hash | star)
press (one | 1 | pound | hash | star) (to | for)
(state | record | say) your name
(is not | no longer) in service
(has been | is) disconnected
you have reached @name
thank you for calling _
"""

SECTIONS = (
    Section(Intent.UNCLEAR, VOICEMAIL, BEFORE_QUESTIONS),
    # Without a meaning of their own.
    Section(
        None,
        """
hi (there)? | hello | hey | hiya | hallo | howdy | good (morning | afternoon | evening | day | night) | greetings | how are you (doing | today)? | nice to (meet | hear from) you
sorry (about that | to bother you)? | i am (so | very)? sorry | excuse me | pardon me | forgive me | (my)? apologies
thanks (a lot | so much | again)? | thank you (so much | very much | again)? | bye | have a (good | nice | great) (day | one | evening)
(thanks | thank you) (for | but) (calling | your call | the call | asking | your time | letting me know) | i appreciate (it | that | the call)
and | so | then | because | look | listen | see | now | too | also | today | wow | great | right | love | my friend | (oh)? my god | god | jesus | before i answer anything | first
you (guys | people) | if (you | that is | it is) (could | can | would | not | possible | okay | fine | mind | do not mind | want)?
i (think | believe) | i am afraid | to be honest | (as)? i (said | told you) | unfortunately | i (would | will) say | you know | i mean | i mean it | (for | with | to) me | ha | in this case | for (now | today) | instead | maybe
(you | do you)? understand | okay | that | this is | it is | my dear | young (man | lady) | do not hang up | never mind | nevermind | no need to <contact> | not (driving | busy | at work | in a meeting) | i am not (driving | busy | at work | doing anything)
~(i | we) (do not | never | not) <contact> (me)? (at work | now | today | tonight | tomorrow | this (early | late) | so (early | late) | before | until | @name | that)
i (have)? never (got | received | saw | had | heard back | called)
i (have)? (stopped | quit) <contacting> | (call | calls | calling | called) me (@name | mary) | noone (<contact> | calls) me
""",
        weak=True,
    ),
    Section(
        Intent.NEVER,
        """
~(i | we | they) (do not | never) (you)? (dare | ever)? (to | ever)? (<contact> | hit) ... <me> ... <again>
~(i | we | they) (do not | never) (you)? (dare | ever)? (to | ever)? <contact> <again>
~(i | we | they | you) (do not | never) (ever)? <contact> <me> $
~(i | we | they | you) never (ever)? <contact> <me>
~(i | we | they | he | she | have) (stop | quit | cease) (<contacting> | bothering) <me>? !(@name | that | this | my)
(stop | quit) it with (the | these | your) calls | (stop | quit | no more) (with)? (the | these | your | more)? (calls | phone calls | calling | contact | texts | texting)
~(i | we | they | to) (take | remove | delete | strike | erase | cross | scrub | get | pull | drop | wipe | clear | scratch | purge) (me | us | (all)? (my | this | our) (phone | mobile | whole)? (number | name | details | data | contact* | info | information | record*)) (off | from | out of)? ... (list* | database | system* | record* | file* | directory | books | computer | contacts | register)?
(delete | erase | remove | wipe) (everything | all | whatever | anything) (that)? (you have)? (got)? (on | about)? (me)?
(want | need | have | get | like) (me | my | this | all my | the) (number | data | details | name)? (to be)? (deleted | removed | erased | gone | taken off | off)
(number | data | details) (delete | erase | remove) it
(lose | forget | block | blacklist | blocking) (my | this) (phone)? number
(the | your | a | that)? (do not | no | never) (call | contact | calling)? (list | registry | register)
(put | place | add) (me | my number | this number | us) (on | in | to) (the | your | a) (do not | no | never | black | block)? (call | contact)? (list | registry)
i (do not | no longer | never) want (to)? (be | get | receive | hear | have)? (you | any | more | these | your | to | any more)? (called | contacted | phoned | rung | bothered | calls | calling | call | contact | contacting | phoning | phone | from you) (by | from | me | you | us | of | people | guys | here | your company)? ... <again>
i (do not | no longer | never) want (to)? (be | get | receive | have)? (any | more | any more)? (called | contacted | phoned | rung | bothered | calls | contact) (by | from) (you | your)
i (do not | no longer | never) want (to)? hear from (you | your)
i (do not | no longer | never) want (you | anyone | your company) (to)? (<contact> | <contacting>) <me>?
~(i) (told | asked | telling | asking | warned) (you | you people | you guys | you lot | them) ... (stop | not to | never to) (to)? (<contact> | <contacting>) <me>? <again>?
unsubscribe (me)? | opt (me)? out | opting out
(if | when) you (ever)? <contact> ... <again>
(no | not) (permission | right | consent | allowed) to (have | use | keep | <contact>) (my number | me)
(i)? (forbid | prohibit) you (to | from) (<contact> | <contacting>) <me>?
leave (me | us) alone (for good | forever | once and for all)
(do not | never) (you)? use (this | my) number <again>
no more never | not (tomorrow)? (not)? ever | you (do not | never) <contact> <me> <again>
""",
    ),
    # --- Who is there --------------------------------------------------------------------------------------
    Section(
        Intent.THIS_IS_ME,
        """
(this | it | that) (is | would be | will be | was)? (me | her | him | myself | she | he | i | @name) !(is | has | was | phone | number | relation | <relation>)
~(not | never) i am (the)? (@name | her | him | she | he | (right)? person | one)
(is | are) (me | myself) $
(he | she) (is | it is) me | me (i am)? @name | i am @name | it is i
@name (is)? (here | speaking | on the (phone | line) | talking | herself | himself | in person) | @name $
(you are | you is)? (speaking | talking) (to | with) (her | him | @name | me | myself | the right (person | one))
(speaking | talking) !(to | with | of | about)
you (have | are | did)? (got | found | reached | have | caught | get) (her | him | me | @name | the right (person | one | number | man | woman | guy))
my name is @name | that is my name | (i go by | call me | they call me) @name | i am called @name
the one and only | in the flesh | (myself | herself | himself) (is)? speaking | the (right | same | very) (person | one)
yes @name
""",
        frozenset({Expecting.IDENTITY}),
    ),
    Section(
        Intent.NOT_ME,
        """
~(when | and) <they> (is | are | has | have | will | would | can | could | does | do | did) (not | never | no)? (be | been | got | get | gone | go)? !(me | you | talking | speaking | number | the right | <relation> | calling)
<they> (is)? (out | away | asleep | gone | busy | left | went | stepped | moved | works | passed | died | forgot | lost)
(my | her | his | @name is | the) <relation> (is | has | went | lives | said | says | here | speaking)?
this is (not (@name | me | her | him | she | he) | (her | his | their | the | @name is | a) ... <relation>)
(it | that | this) is not (@name | me | her | him | she | he | myself)
(i am | you are (speaking | talking) (to | with)) (only | the)? (her | his | their | the | @name is | a) ... <relation>
(i am | i was) (only)? (answering | picking up) (the phone | her phone | his phone | this)? (for (her | him | @name))? | (i am)? (watching | minding) (the house | her | his)
you (have)? (reached | got | want | are speaking to | are looking for | need) (her | his | the | my) <relation>
i am not (@name | her | him | she | he | the (one | person)) | (not | is not | am not) (me | speaking | @name | herself | himself) | (not)? the one who applied
(is)? not (here | in | home | available | around | at home | in the office | back | present) !(what | for)
(out of | not at) (the)? (office | home | house | town | country | building)
can i (take | give (her | him)) (a)? message | (anything | something) i can pass on | (can | shall) i tell (her | him) | tell (her | him) who called
(her | his) (phone | cell | mobile) | @name is (phone | mobile) (but)?
back (at | in | on | by | around | after | later | until | till | tomorrow | next) | (come | came | will be | be) back !(to)
on (vacation | holiday | leave | maternity leave) | front desk
for her $
""",
        BEFORE_QUESTIONS,
    ),
    Section(
        Intent.WRONG_NUMBER,
        """
wrong (number | person | house | phone | guy | man | woman | lady | one | line | extension | place | address)
(number | person) is wrong | have the number wrong | wrong number | false number | mixed up (the)? numbers | (old | new) number
(have | has)? (misdialed | misdialled | dialed wrong | dialled wrong | called wrong)
(there is | there are | this house has | we have | i have)? (no | not any | never been | do not have | not) (a | anyone | one | person | body | such)? (@name | such person | person) (here | at | in | living | named | called)?
no @name | @name no | which @name | what @name | who is @name | who @name
(noone | not anyone | never anyone | not a person | no person | person | anyone) (here | called | by | of | with | named | in | at | living | goes)
(do | does | did) not (know | recognize | recognise | have) (a | any | anyone | who | her | him | this | that | of) (@name | person | called | named | by | with | is)? !(you)
know (noone | no @name) | never heard of (her | him | @name | any | that | this)
(do | does | has | have) (not | no longer) (live | lives | lived | work | works | worked | stay | have | use) (here | at | with | there | this number)
(no longer) (live | lives | lived | work | works | worked | stay | has | uses | at | her | his) (here | at | there | this number | number)?
(not | is not) (her | his | their | @name is) (number | phone)
(had | have | got) this (phone)? number (for | since | recently | last | only | now | a)
this number (belongs | is mine | is not | has been | was)
(this is | you have reached | you reached | you called) (a | an | the)? (private | pizza | business | _)? (house | residence | home | family | restaurant | pizzeria | hospital | shop | store | clinic | hotel | bakery | school | garage | salon | company | firm | business | bar | pharmacy | church | taxi | police)
(moved | left | gone) ... (ago | last year) | (she | he | they) moved (out | away)
i (have)? never applied (for | to | anywhere | with)? | i did not apply (for | to | anywhere)?
do not even know who
""",
        BEFORE_QUESTIONS,
    ),
    # --- Questions to the caller ---------------------------------------------------------------------------
    Section(
        Intent.WHO_IS_THIS,
        """
(who | whom) (is | are | am | was | did | do)? (this | that | it | you | calling | speaking | talking | there | asking | these) (again | say | people | guys)? (you (are | were))? (calling | speaking | from)?
(who | whom) (am i | do i | are we) (speaking | talking | speak | talk | have) (to | with | the pleasure)? (again)? | who (is)? (behind | on the (line | phone | other end))
(who | whom) (wants | is asking | needs | is looking | is calling | called | was it | are you) (to know | to speak | for | with | her | him | working for | with)?
(what | which) (company | firm | agency | organization | organisation | business | employer | place | office | department | one) (is | are | was | do | did)? (this | that | it | you | calling)? (again | from | with | calling | represent | work for | working for)?
which company | what company | (what | which) is (the)? (name of (your | the))? (company | your company | firm) (name)? (again)?
where (are | do) you (call | calling | guys calling)? (from) | where is this (call)? (coming)? from | (are you | you are) (calling)? (from | with) (the | a)? (agency | company | which)
what is your name | (your | company) name (again | first)? | and you are | you are who | identify yourself | (and)? you | tell me who you are | say who you are | introduce yourself
(who | with whom) do i have the (pleasure | honor) | with whom | how do you know (my | me) | how did you get (my | this) number
i do not know (this number | who you are) | (what | who) (are you)? (people)? with
""",
    ),
    Section(Intent.WHO_IS_THIS, "who | who is | who again | you who", BEFORE_QUESTIONS, weak=True),
    Section(
        Intent.WHAT_ABOUT,
        """
what (is | was | are) (this | that | it | these | the call | this call | your call | you)? (all)? (about | regarding | concerning | for | in regards to | in regard to | in (connection | relation) (to | with) | in reference to | calling (about | for | regarding))
what (this | it | that) (call)? (is | was) (all)? (about | regarding | concerning | for | in regards to | in regard to | in (connection | relation) (to | with) | in reference to)
what (do | does) (you | he | she | this | it) (want | need) !(me to say) | what (can | may) (i | we) (do | help) (you)? (with | for you)? | how (can | may) i (help | be of) (you)?
why (are you | did you | do you | is it you are | you are | you) (calling | call | called | ringing | phoning | want | need) (me | her | him | here | to (speak | talk))?
(what is)? (the)? (reason | purpose | nature | point | subject) (for | of | behind)? (your | this | the)? call* | regarding what | about what | concerning what | in regards to what | what for | for what
(which | what) (job* | position* | role* | application | vacancy | opening | post) (is | was | are)? (this | that | it | you | the)? (interview)? (about | for | again | regarding | we | you are (calling | talking) about)? (about | for | again)?
(is | was) (this | it | that) (about | regarding | for | concerning) (a | the | my | an)? (job | position | application | rent | interview | role | work | vacancy)? | interview for what | job for what
(what | which) (interview | application | job) | are you (selling | trying to sell) | is this (a)? (sales | telemarketing | scam | spam | marketing)
did something happen | (is | what is) (something | anything)? (wrong | the matter | happened)
what (is | are) (you)? (up | going on)
""",
    ),
    Section(
        Intent.IS_ROBOT,
        """
(are | is | am i | were | you are | so you are | you) (you | this | that | it | i)? (a | an)? (talking | speaking)? (to | with)? (not)? <machine> (or | a | person | human | real | not)?
(are | is) (you | this | that | it) (a | an)? (actually)? (real | human | live | alive | genuine | actual) (a | person | human | being | voice | one | or | man | woman | lady | guy)? | are you (a)? (person | human)
(am i | are we | i am) (talking | speaking | on the (phone | line)) (to | with) (a | an)? (real | actual | live | human | person | <machine>) (person | human | being)?
(sound | sounds | talk | talking) like <machine> | (one of)? (those | these) (ai | robot | bot | automated | computer | answering | recorded)? (calls | things | machines)?
you are not (a | an)? (real | human | person | actual) (person | human | being | human being)? | (you do not)? breathe | noone there | is (anyone | someone) (real | really)? there
(ai | robot | bot) or (human | person | real) | (human | person) or (a)? (robot | machine | ai | bot | computer)
""",
    ),
    # --- Requests --------------------------------------------------------------------------------------------
    Section(
        Intent.PERSON,
        """
(<want> | <ask>)? (to)? (talk | speak | chat | deal | discuss | converse | be connected | be transferred | be put through | be interviewed | do | have | tell | interview) (it | this | that | the interview | the call | them | him | me)? (to | with | by | through | face to face with)? <person> !(at the | in my)
<want> (a | an)? <person>
(give | get | put | transfer | connect | pass | switch | hand | send | forward | redirect | patch | find) (me | this | us) (on | over | through | up)? (to | with)? (speak | talk)? (to)? <person>
(a | an | the)? (real | actual | live | human) (person | human | being | one) (please | instead | to call me | could call me)? $
(rather | prefer | instead | only | want | need | like) (that | to)? (be)? (have | with | talk to | speak to | a)? <person> (instead | to call* | to (interview | do | ask))?
(can | could | will | would | may) (a | an)? <person> (talk | speak | call | interview | ring | phone | do | ask | take | contact | get back) (to | with | me | it)?
(that)? <person> (calls | calling | to call | to ring | to phone | to interview | contacts | interviews) (me | back)? (instead)?
(is there | do you have | are there) (a | an | any)? (other)? <person> (there | i can | i could | available | to | that | who | around)
(do not | not | never | will not | hate | refuse to) (want to | like to | like)? (talk | talking | speak | speaking) (to | with) <machine> (i want | let me | give me | get me | can i) ... <person>
no <machine> (a)? (real)? <person>
""",
    ),
    Section(Intent.PERSON, "<person>\n(not)? (a)? <machine>", BEFORE_QUESTIONS, weak=True),
    Section(
        Intent.REPEAT,
        """
<ask> (repeat | repeating | re read | say | saying | ask | asking | go over | read | tell | run) (it | that | this | me | yourself | the (question | options | choices | last (part | bit)) | what you (said | asked) | all | everything | those)? (for me | to me | by me | out | past me)? <again_please>? !(before | what | about)
(repeat | say | ask | read) (it | that | this | yourself | me | the question | the options | everything) (for me | to me)? <again_please>?
(what | sorry) (did | was | is) (you (say* | said | asked | ask | just)? | that | it | the question | your question | the last (part | bit) | the name) (say | said | ask | asking | last | again | you said | me)? (again | please | to me | bit | part | now | me | there)? $
(what did you (say | ask) | what you (said | say) | what is the question | what was (the | your) (question | last (part | bit))) (again | me)?
(i (do | did | could | can) not | did not | could not | do not | can not | i have not | not | no | i (have | can)? (barely | hardly)) (hear | catch | get | understand | understood | make out | hearing | hear anything | quite catch | follow) (it | that | this | you | a thing | a word | anything | what you said | the (question | last (part | bit | word) | end | beginning | options | rest | name | whole thing))? (at all | clearly | well | properly | now | part | last (part | bit)? | very well | sorry)?
(i)? (missed | lost) (that | it | you | the (end | last (part | bit) | question | beginning | first part | start | rest | whole) | what you said | part) (of)? (that | it | the question)?
(you are | it is | line is | the line is | call is | signal is | your voice is | connection is | reception is | phone is | voice is)? (breaking up | cutting out | cutting off | choppy | crackling | muffled | dropping out | gone quiet | garbled | fading | bad line | bad connection)
(the | this)? (line | connection | signal | reception | sound) (is | was | went) (so | very | really)? (bad | terrible | poor | awful | dead | breaking | not (good | clear))
are you (still)? there | can you hear me
<again_please> (for me)? $
come again | start (again | over) | from the (start | beginning | top)
""",
    ),
    Section(
        Intent.REPEAT,
        "what | pardon (me)? | excuse me | sorry | huh | eh | beg (your)? pardon | i beg your pardon | say what | what now | again | one more time | once more | you what | repeat | hello hello | sorry what | come again | say again",
        weak=True,
    ),
    Section(
        Intent.SLOWER,
        """
(slow | slower | slowly | louder | slow down) !(and explain)
(speak | talk | go | say it | turn) (it | the volume | your volume)? (up | loud* | clear* | slow*)
(turn | more) (up)? (the | your)? volume (up)?
(too | so | very | bit) (fast | quick | quickly | rapid | quiet | low | soft) | not so (fast | quick)
(you are | talk | talking | speak | speaking) (too | so | very) (fast | quick | quickly | quiet | low | soft)
(i am | bit) ... (deaf | hard of hearing)
""",
    ),
    Section(
        Intent.OTHER_LANGUAGE,
        """
(do | can | could | does | would | will | is) (you | we | i | it | there | someone | anyone | this)? ... (in | speak | speaks | have | talk | switch to | use | available in | possible in) <language>
(in)? <language> (please | only | or | possible | instead)? !(and english) $
(prefer | want | need | like | rather) (to)? (do | speak | talk | have | it | this)? (it | this)? (in)? <language>
(i | we)? (do | can) (not | no) (speak | talk | understand | know) (so | very)? (much | good | well)? english | no (speak | understand | hablo)? english | (my)? english (is)? (not | bad | very bad | so)? (so | very)? (bad | good | enough | poor | terrible | limited | weak)
only speak <language> | someone (who | that)? (speaks | speak | speaking) <language> | i (only)? speak <language> | <language> (speaker | interpreter | translator)
another language | (other | different) language | my (own)? language | (a | an)? (interpreter | translator)
(habla* | hablo | entiendo | no entiendo | sprechen | sprichst | parlez | parla | parli | fala | falo | mowi | gavarite | govorite | capisco | comprends | verstehe | kein | por favor | bitte | s'il vous) ... (ingles | inglés | espanol | español | deutsch | francais | français | italiano | polsku | portugues | português | russki | english | anglais | englisch | inglese)?
""",
    ),
    Section(
        Intent.HOLD_ON,
        """
(hold | hang) (on | the line)? (for)? (a | one | two | me | on)? <moment>?
(can | could | would) you (wait | hold | hang)
(wait | wait wait | wait up | waiting) (for)? (a | one | me | two)? <moment>? !(times)
(bear | stay) with me | stay on the (line | phone) | do not go away | i will be (right back | back in a)
(give | get | need | take | got) (me | us | just)? (a | one | two | another | a couple of | a few | some) (more | little)? (<moment> | time) !(work | job | to get back)
(one | a | two | half a | couple) <moment> (please)? | in a <moment>
(i will | let me | i can | i am going to | i go | i go to)? (get | fetch | put | pass | hand | call | bring | find | wake) (you)? (over)? (to)? (the phone)? (her | him | @name | my <relation>) (on | over | for you | to the phone)?
let me ... (turn | close | find | go | get | pull | step | move | grab | switch | finish | shut | take | put | walk | sit | think | check | see | write)
(i | i am | i have | i need) (to)? (turn | turning | close | closing | going to) (off | down | to)? (the | my)? (tv | television | radio | music | door | window | quiet)
(i)? (must | need to | have to | want to) think | thinking | think about (it | that) | need (some)? time | a (quiet | quieter) (room | place | spot)
""",
    ),
    # --- Not now ---------------------------------------------------------------------------------------------
    Section(
        Intent.LATER,
        """
~(i | they | she | he | not | never | to | you | would | will) (call | ring | phone | try | contact | reach | text | buzz) (me | us | her | him)? (again | back)? (please)? (@time | later (on)? | (an | some) other time | another (time | day) | then | when i (am | get | have))
<ask> (call | calling | ring | phone | try | contact | reach | text | buzz) (me | us | her | him | again | back)? (again | back)? (@time | later (on)? | some other time | another (time | day) | then | when i)?
~(i | they | she | he | not | never | to | you | would | will) (call | ring | phone | try) (me | us)? back | (call | ring | phone | try) (me | us) again !(and | if)
(give | make) me (a)? (call | ring | buzz) (back)? (@time | later)? | call back
<want> ... (do | have | finish | continue | talk | speak | schedule | arrange | complete | make | postpone | move | go on | carry on | pick up | resume | take) (it | this | that | the (rest | interview | call | remaining) | the questions | up)? ... (@time | later | another (time | day) | some other time | different (time | day))
(is it possible | how about | what about | maybe | prefer | better | rather | available | free | possible | tomorrow) (it)? (@time | later)
(@time | later (on | today | this week)? | another (time | day)) (is | are | would | will | works | work | suits) (be)? (much | a lot)? (better | good | best | fine | okay | great | easier | perfect | more convenient | suit | me | for me | work | works | possible)? (for me | me)?
(not | no) (now | today | at the moment | right now) ... (later | @time | another (time | day))
(reschedule | postpone | rearrange | schedule) (it | this | that | the (call | interview) | for)? (to | for)? (@time)? | (some other | another | a different | different | a better) (time | day) | later (please | then | would be better | on)
i (finish | get off | am off | am home | get home | will be home | am free | am done | will be free | will be available) (work)? @time | (when | after) i (get | am) (home | off (work)? | done | back)
finish (it | the rest)? (later | @time)
""",
    ),
    Section(
        Intent.LATER,
        "(not before | maybe)? (@time | later) (again)?\n(call | ring | phone | try) (me | again | you)?\n(only | or | preferably | yes)? @time",
        BEFORE_QUESTIONS,
        weak=True,
    ),
    Section(
        Intent.BUSY,
        """
(i am | i have been | am | sorry) (so | very | a bit | bit | a little | really | kind of | kinda | sort of | super)? (busy | occupied | tied up | swamped | rushed | in a (rush | hurry) | driving | working | cooking | eating | shopping | boarding | sleeping | in bed | having (lunch | dinner | breakfast)) !(with customers)
(i am | am | sorry) (still)? (at | in | on | with | behind | under) ... (work | office | meeting | client | customer* | patient* | doctor* | dentist | hospital | bus | train | tram | plane | forklift | phone | call | line | toilet | shower | bath* | middle of (something | dinner | lunch | work | it) | shift | class | lesson | school | gym | road | wheel | car | store | shop | supermarket | church | funeral | library | till | motorway | highway | job | break | cinema | noisy place | interview)
i am (standing | sitting | walking | running | about to | on my way | heading | getting | putting | feeding | picking | stuck | changing | dealing | helping | serving | doing | holding | rushing | in the middle | late) !(ready)
(busy | occupied | tied up) (<now> | @time | at the minute)?
(i)? (can not | can no | could not | not able to | unable to | do not want to) (really)? (talk | speak | do (it | this) | go on | answer | take (this | the | your)? call*) (here | <now> | @time)
(i)? (can not | could not | not able to | unable to) (talk | speak | chat)
(is | was)? (not | no | never) (the | a | really)? <badtime> | (this | now | it) is (a)? (really | very)? <badtime>
(bad | wrong | awkward | terrible) (time | moment | timing) | (caught | catch | got) me at a bad (time | moment)
(i)? (do not | have no | no) (have)? (the | any | much | enough)? time (<now> | for this | @time)?
(right now | now | today) (is | it is) (not (possible | good | convenient | great | the best)? | impossible | difficult | bad | a bad) | (not | no) (right | just)? (now | today | yet | possible now | at the moment)
(have | got) (customers | guests | visitors | a (customer | meeting | patient | client | class)) (waiting | here | now)?
""",
        BEFORE_QUESTIONS,
    ),
    # --- No --------------------------------------------------------------------------------------------------
    Section(
        Intent.REFUSE,
        """
not (really)? interested (anymore)? | no (longer)? interest* | no thank you | no thanks | (i am)? (good | fine | okay | all (right | set | good)) no (thanks | thank you) | no i am (good | fine | okay | all (right | set | good)) | (i am)? (good | fine | all set | okay | all (right | good)) (thanks | thank you)
(i | we) (do not | no longer | not | never) (really)? (want | need | wish | like | care) (any | anything | to buy | your | nothing | it | this | that | the | a | to do | to have | to be interviewed | to continue | to go on | to participate | to talk | to take part | this call) ... !(recorded) (<interview> | <job> | anything | things)?
(i | we) (do not | will not | would not | am not (going to | gonna) | not (going to | gonna) | can not) (want to)? (do | have | take | be | give | answer | participate | talk | speak | go through | continue | proceed | accept) (in | with | to | part in | like)? (<interview> | <machine> | any of this | such | <job> | calls like this | questions)
(i | we) (am | are)? (do not | not | no longer) (looking | searching | in the market | available | on the market) (for)? (<job>)? (anymore | now)?
(i am | am | i will) (not | no) (going to (do | participate | answer) | doing | talking | speaking | participating | taking part | continuing) (this | that | it | with | to | in)? (<interview> | <machine>)?
(i | we)? (have)? (already | just) (have | has | got | found | took | taken | accepted | started | signed) (a | an | another | the | my | something | one | work | <job>) (new)? (job | work | else | position | offer | elsewhere | employment)?
(i)? (have)? (found | got | took | accepted | taken | started | signed | gone with | went with) (<job> | something else | somewhere else | work | employment | elsewhere | another company)
(changed my mind | (withdraw | withdrawn | withdrawing | cancel | pull | pulled | take back | drop | retract) (my)? (application | candidacy | name | <interview>))
(count | leave) me out | (i will | i am going to | going to | i would | think i will | i)? pass (on (this | that | it))? $ | (i am)? out $ | no deal | forget (about)? (it | this | that) | leave me (alone | be | in peace) | get lost | go away | piss off | fuck off | screw you | go to hell | bugger off | (thanks | thank you) but no | no but thank* | not for me | not my thing | hard pass
(i | we) (refuse | decline | reject | must decline | have to decline | would like to decline)
i am (hanging up | going to hang up | ending (this | the) call | not doing this | done (here | with (this | you))) | i (will)? hang up | this is (ridiculous | a joke | stupid | nonsense | a waste of time | outrageous | insulting) | (waste of | wasting my) time | no time for this (nonsense | crap)
(i do not | do not | never) (do | talk to | speak to | speak with | talk with | deal with | answer to | like | trust | want) <machine> !(... <person>)
(already | am) (employed | working (somewhere | elsewhere | for | full) | hired)
(please)? (stop | cancel | end | terminate) (this | the | my)? (interview | call | application | process | conversation | it)
no (no)? (thanks | thank you)? bye | (we)? do not (take | accept | want | do) (calls | this kind) (like this)? | no (more)? interview | do not bother | (not | no) looking (for anything)? | i would rather not (do (it | this | that | the interview | an interview) | talk | continue | be interviewed)
""",
        BEFORE_QUESTIONS,
    ),
    Section(
        Intent.NO,
        """
(i | we)? (do not | will not | can not | would not | not | did not | never) (really)? (agree | consent | accept | approve | authorize | allow | permit | give (my | you | any)? (consent | permission | agreement)) (to | with)? (it | that | this | be | being | the | any | anything)? (<record> | recording)?
(do not | not | will not | would rather not | would prefer not | can not | no) ... (<record> | recording) (me | this | it | that | the call)?
(absolutely | definitely | certainly | of course | sure* | hell | please) (not | no) | no way (jose)? | not a chance | no chance | notreally | not really | under no circumstances | never in my life | by no means | hell no | negative | i disagree | no deal | certainly not | out of the question
(i)? (would)? (rather | prefer) (not (to)? | no) (be)? (<record> | do that | agree)? | i (do not | not) (want | like | wish) (that | this | it | to)?
(i)? (do not | not) think so | (i am)? not (okay | comfortable | happy | fine | cool | ready | willing | good) (for | with | about | to)? (that | this | it | me | being <record> | the recording)? | i mean no | i say no | the answer is no | my answer is no | no permission | no consent | that is a no | i said no
no (to)? (the)? (recording | recordings) | not like this
""",
        frozenset({Expecting.CONSENT}),
    ),
    # --- Consent ---------------------------------------------------------------------------------------------
    Section(
        Intent.NEARLY_AGREE,
        """
i (guess | suppose | reckon | imagine) (so)? | (i)? think so | maybe | perhaps | probably | possibly | (it)? depend* (on)? | whatever | not (so)? sure | unsure | kind of | sort of | more or less | might (be)? | could be | mm hmm | mhm | mmhmm | mm hm
if (it | that | you | i | there | this | we | someone | a) | as long as | unless | provided (that)? | only | (under | on) (one | the) condition | but | except | however | without | until | before | not too long | must be | have to | (no | have a | any | got a) choice | hope | (do | should | can | may | will | would) (i | it | you | we) | wait | (how | who | what | why | where | when) | let me see | not the recording | hesitant | worried | unless | guess | suppose
i (do not | would not)? (really)? (love | like) it | not ideal | fine i guess | tentatively | perhaps | almost | half
""",
        frozenset({Expecting.CONSENT}),
    ),
    Section(
        Intent.AGREE,
        """
i (do)? (agree | consent | accept | approve | confirm | authorize | allow (it | this)? | give (you)? (my)? (consent | permission | agreement)) (to | with)? (it | that | this | both | the (interview | recording | terms | call) | all | everything | (be | being | getting)? (interviewed | recorded) (and (recorded | interviewed))? | recording)? (and | to)? (the)? (recording | interview)?
(i | we)? (do not | would not) mind (at all | that | it | being recorded | the recording | if you record | recording)? | (i have)? no (problem* | objection* | worries | issue*) (with (it | that | this | the recording))? (at all)? | not a problem
(you)? (can | may) (record | start | go ahead | begin | interview me | proceed | record (me | it | this)) (me | this | it | now)? | you have my (permission | consent | agreement) | (i am)? (happy | glad | fine | okay | good | cool | comfortable | ready | willing | delighted | pleased | all (for it | ready | good | set)) (to | with | by | for)? (me | that | it | this | do (it | that | this | the interview) | be (interviewed | recorded) | being recorded | start | begin | go | continue | proceed | the recording | answer (your | the) questions)? (now)?
(that | it | this | everything | all | sounds | that would be | that sounds | which | both) (is | are | sounds | works | seems)? (all)? (fine | okay | good | great | perfect | alright | cool | acceptable | right | wonderful) (by | with | for)? (me)? | (that | it | this | now)? (works | suits | is perfect | is good | is fine) (for | fine | me)? (me)? | fine (by | with | for) me
(let us | we can | let me | we could | i can | can we) (do | start | begin | go | get) (it | this | that | started | going | on with it | right away | now | ahead | for it | the interview)? (now | then | right away)? (with it)? | go (ahead | on | for it | right ahead) (and (record | start | ask))? | do it | proceed | continue | begin | start (now | right away | recording)? | fire away | shoot | carry on | ask (away | me | your questions | the questions) | bring it on | record (it | me | this | the call)
(of course | absolutely | definitely | certainly | sure (thing)? | with pleasure | my pleasure | gladly | by all means | naturally | totally | for sure | why not | i do not see why not | agreed | i am (in | game | on board) | count me in | affirmative | positive | deal | you bet | you got it | i am up for it | no doubt | obviously | indeed | perfect | fine | great | excellent | lovely | very well | agree | accept* | consent | consented | permission granted | granted)
yes (i do | i am | you (can | may | have) | it is | that is (right | correct | fine) | to (both | all | that | everything))? | why would i mind | i have time | i do | both | i am interested | i want to do it | i would (like | love) (to | that) (do it)? | i am (free | available) (now)? | now is (good | fine | perfect | okay | a good time) | (we can do it now) | right away | i do agree | i am sure
okay
""",
        frozenset({Expecting.CONSENT}),
        weak=True,
    ),
    Section(
        Intent.THIS_IS_ME,
        """
yes (i am | it is | you are | that is (right | correct) | i do)? | correct | that is (right | correct | true) | right | sure | of course | absolutely | certainly | definitely | indeed (i am | it is | you are)? | affirmative | present | it is | i am | you are | i am here | the same | exactly | okay | mm hmm | mhm | mmhmm | that is it | of course it is
""",
        frozenset({Expecting.IDENTITY}),
        weak=True,
    ),
    Section(
        Intent.YES,
        "yes (it (was | is) | that (was | is) (it | my answer | all | right)? | i (am | did | do))? | correct | that (is | was) (it | all | my answer | right | the answer | everything) | i am (done | finished) | right | exactly | sure | done | it (is | was) | my answer | this (is | was) my answer | that will be all | okay | move on | go on | continue | of course | finished | absolutely",
        frozenset({Expecting.ANSWER_CHECK}),
        weak=True,
    ),
    Section(
        Intent.NO,
        "no (i (do not | am not | did not | have not) | it (is not | was not) | that (is not | was not) (it | my answer)?)? | (it | that) (was not | is not) (it | my answer)? | not yet | i am not (done | finished) | negative",
        weak=True,
    ),
    # --- Consent and questions: explanations -------------------------------------------------------------------
    Section(
        Intent.EXPLAIN,
        """
(what | how) (do | does | did | is | are) (you | that | this | it) (mean | meant) (by | with)? (that | this | it | recorded | the question | _)? | what (is meant | does (it | that | this | _) (mean | stand for)) | meaning what
(can | could | would | will | please) (you)? (explain | clarify | rephrase | reword | elaborate | paraphrase | simplify) ... | explain (it | that | this | the question)? | (rephrase | clarify) (it | that | this | the question)?
(put | say | ask | phrase) (it | that | this) (in)? (simpler | other | different | another | easier | plain | differently) (words | way | english)?
(give | have) (me)? (an | any)? example* (of)? ... | for example what | like what | such as | in (what | which) (sense | way) | what (kind | sort | type) of _ (do you | exactly)? ... | do you mean ... | i (do not | did not) (understand | get | follow) (it | that | the question | this | what you mean | what you want | you)? | (i am)? not sure (what | i understand) (you | the question)? (mean | are asking | is | want)? ... | what exactly | what are you (asking | looking for) | what do you want (me to (say | tell) | to (know | hear))
""",
    ),
    Section(
        Intent.EXPLAIN,
        """
(how (long | many) | who | what | why | where | when | which) (is | does | do | will | are | happens | would | can) (it | this | that | the | listens | listening | gets | hears | reads | you | they)? (going to)? ... (take | long | last | questions | recording | recorded | it | listen | hear | data | answers | stored | kept | used | judge | decide* | this | happen*)
(how long) (does | will | would | is)? (it | this)? (take)? | who (is)? (going to)? (listen* | hear*) ... | how many questions ... | what happens ... | is (it | this) (safe | confidential | private | mandatory | required | legal | voluntary) | do i have to | what if i (do not | say no | refuse)
""",
        frozenset({Expecting.CONSENT}),
    ),
    # --- During a question --------------------------------------------------------------------------------------
    Section(
        Intent.DONT_KNOW,
        """
(i)? (really)? (do not | would not | not | no | could not | can not) (know | have (an | any)? (answer | idea | clue) | remember | recall) (that | this | it | the answer | what to (say | answer) | how to (say | answer) | about (it | that | this) | one | to that | at all)?
(i have)? (no | not a | haven't got a | have not got a | not the) (idea | clue | answer | foggiest | faintest | opinion) (idea)? (about | on | to | for)? (that | it | this)? (one)?
nothing (comes | springs) to mind | (my mind (is | went | has gone) | i am | i have (gone)? | drawing)? (a)? (blank | blanking | drawing a blank) | beats me | couldn't tell you | could not tell you | can not tell you | (i)? can not (think of | come up with) (anything | one | an example | an answer | any) | (i)? (can not | could not) (answer | say) (that | this | it)? | that i can not answer | (i am)? not sure | stumped | you got me (there)? | search me | who knows | hard to say | good question | not that i can think of
""",
        DURING_QUESTIONS,
        weak=True,
    ),
    Section(
        Intent.SKIP,
        """
(can | could) (we | i | you) (skip | pass | move | go | leave | have | ask) (on | to | me | out)? (that | this | it | the)? (something | another | next | different)? (one | question | else | out)? | <want>? (skip | skipping) <question> | (can | could) you ask (me)? (something else | another question | a different (question | one)) | <want> (skip | pass (on)?) <question>
(next | another | different) (question | one)? | (the)? next (question | one)? (please)? | pass (on (that | this | it) (one)?)? | skip (it | that | this | <question>)? | (let us | can we)? (move | go | get) (on | along | ahead) (to | with)? <question> | (let us)? go to <question>
(i)? (would)? (rather | prefer | do not want | refuse | do not wish | am not going | will not | decline) (not)? (to)? (answer | answering | say | discuss | talk about) (that | this | it | <question> | to)? | no comment | that is (private | personal) | leave (that | this | it) (one)? out | none of your business | no answer
""",
        DURING_QUESTIONS,
        weak=True,
    ),
    Section(
        Intent.COME_BACK,
        """
(can | could) (we | i | you) (come | go | get | return | circle) (back)? (to)? <question>? (later | at the end | after* | another time) | (come | go | get | circle) back to <question>? (later | at the end | after*)? | return to <question> (later | at the end)?
(answer | do | take | ask (me)? | leave | save | park | keep) <question> (again)? (later | at the end | for (later | the end | last) | last | after* | for now) | (i will)? answer (that | this | it)? (one)? later | park (that | this | it) (one)? | (first)? the others (first)? | (we | i) can return to it (later)?
""",
        DURING_QUESTIONS,
    ),
    Section(
        Intent.HOLD_ON,
        "(let me | i (need | have | want | must | would like) to) think (about (it | that | this) | for a <moment>)? | thinking",
        DURING_QUESTIONS,
        weak=True,
    ),
    Section(
        Intent.REFUSE,
        """
(i | we) (want | need | would like | am going | have | should | wish | think we should)? (to)? (stop | quit | end | finish | cancel | leave) (here | now | it | this | that | the (interview | call) | with (this | the interview))?
(i)? (do not | no longer) (want | wish) to (continue | go on | do (this | it | that | the interview) | carry on | proceed | answer (any)? (more)? questions) (anymore | any more | with this)?
let us (stop | end | finish | leave) (it | this | here | there)? (here | there)? | (stop | end | cancel | quit | terminate | finish) (the | this | it)? (interview | call | conversation)? (here | now)? | i (have)? had enough (of (this | these questions | it))? | i am (done | finished | out | hanging up | leaving) (with (this | the | it) (interview | call)?)? | (this)? (job | interview | it) is not for me | i (quit | give up) | i (changed | have changed) my mind | not interested (anymore | any more)? | withdraw my application | that is enough
""",
        DURING_QUESTIONS,
        weak=True,
    ),
    Section(
        Intent.BUSY,
        """
(i)? (have to | need to | must | have got to | got to | should) (go | run | leave | hang up | get (off | going | back to work) | stop (now)? | catch) (now)? | (my)? (bus | train | taxi | ride | boss | kid | baby | child | customer | break) (is (here | coming | crying | over | calling | leaving) | has arrived | needs me) | (someone | there is someone) is (at the door | knocking | calling) | someone at the door | (i)? can not (go on | continue | talk) (right)? (now)? | (i am)? (at work | driving | in a meeting | busy) (right)? (now)
""",
        DURING_QUESTIONS,
        weak=True,
    ),
)


YES = frozenset(
    {"yes", "yeah", "yep", "yes i am", "yes it is", "speaking", "this is me", "i agree", "yes i agree", "i do"}
)
NO = frozenset({"no", "nope", "no i am not", "no it is not", "no i do not", "no i do not agree", "i do not agree"})
REFUSALS = {
    Meaning.NEVER: r"(do not|never|stop|quit) (ever |even |please )?(call|calling|phone|phoning|contact|contacting)\b"
    r"|(take|remove|delete) (me|my number|this number)\b",
    Meaning.WRONG: r"\bwrong (number|person)\b",
    Meaning.REFUSED: r"\bnot interested\b|\bi (decline|refuse)\b|\bdo not (want|consent|wish)\b|\bno thanks?\b",
}
NOT_NOW = r"\b(now|later|today|tonight|tomorrow|moment|work)\b"


def split_words(utterance: str) -> list[str]:
    text = utterance.lower().replace("\u2019", "'").replace("n't", " not").replace("'m", " am")
    return re.findall(r"[a-z]+", text)
