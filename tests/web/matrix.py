"""Who may see and who may do what, written by hand: every address of the platform by every role.

A cell is ``see`` (may look), ``do`` (may look and send), ``-`` (neither). An address that is not here fails the tests.
The outsider is a citizen of another service.
"""

ROLES = ("visitor", "outsider", "citizen", "professional", "coordinator", "evaluator", "handler", "steward")

_TEXT = """
address          visitor outsider citizen professional coordinator evaluator handler steward
set_language     do      do       do      do           do          do        do      do
sign_in          do      do       do      do           do          do        do      do
send_link        do      do       do      do           do          do        do      do
use_link         do      do       do      do           do          do        do      do
sign_out         -       do       do      do           do          do        do      do
first_steward    do      do       do      do           do          do        do      do
join             do      do       do      do           do          do        do      do
take_up_invitation do    do       do      do           do          do        do      do
account          -       do       do      do           do          do        do      do
set_password     -       do       do      do           do          do        do      do
change_address   -       do       do      do           do          do        do      do
confirm_address  -       do       do      do           do          do        do      do
end_sessions     -       do       do      do           do          do        do      do
stop_assisting   -       do       do      do           do          do        do      do
my_data          -       see      see     see          see         see       see     see
download_my_data -       see      see     see          see         see       see     see
my_records       -       see      see     see          see         see       see     see
erase_me         -       do       do      do           do          do        do      do
ask_erasure      -       do       do      do           do          do        do      do
leave_service    -       do       do      do           do          do        do      do
about_me         -       do       do      do           do          do        do      do
stewards         -       -        -       -            -           -         -       do
withdraw_steward -       -        -       -            -           -         -       do
organisations    -       -        -       -            -           -         -       do
rename_organisation -    -        -       -            -           -         -       do
erasures         -       -        -       -            -           -         -       see
answer_erasure   -       -        -       -            -           -         -       do
platform_trail   -       -        -       -            -           -         -       see
platform_trail_csv -     -        -       -            -           -         -       see
trail            -       -        -       -            -           -         -       see
trail_csv        -       -        -       -            -           -         -       see
members          -       -        -       -            see         -         -       see
add_member       -       -        -       -            do          -         -       -
member           -       -        -       -            see         -         -       see
grant_role       -       -        -       -            -           -         -       do
mend_member      -       -        -       -            do          -         -       -
assist           -       -        -       -            do          -         -       -
ask_erasure_for  -       -        -       -            do          -         -       do
withdraw_role    -       -        -       -            -           -         -       do
invitations      -       -        -       -            do          -         -       do
withdraw_invitation -    -        -       -            do          -         -       do
asked            -       -        -       -            -           -         -       do
who_takes_part   see     see      see     see          see         see       see     see
population       -       -        -       -            -           -         -       do
population_file  -       -        -       -            -           -         -       do
remove_cell      -       -        -       -            -           -         -       do
paper            see     see      see     see          see         see       see     see
concern_on_paper see     see      see     see          see         see       see     see
contribution_on_paper see see     see     see          see         see       see     see
session_on_paper -       -        -       see          see         -         -       -
start            see     see      see     see          see         see       see     see
new_service      -       -        -       -            -           -         -       do
service          see     see      see     see          see         see       see     see
change_service   -       -        -       -            -           -         -       do
new_initiative   -       -        -       -            do          -         -       do
initiative       see     see      see     see          see         see       see     see
change_initiative -      -        -       -            do          -         -       do
new_phase        -       -        -       -            do          -         -       do
change_phase     -       -        -       -            do          -         -       do
new_activity     -       -        -       -            do          -         -       do
activity         see     see      see     see          see         see       see     see
comment          -       -        do      do           do          do        -       -
proposals        see     see      see     see          see         see       see     see
new_proposal     -       -        do      do           do          -         -       -
proposal         see     see      do      do           do          see       see     see
withdraw_proposal -      -        do      see          see         -         -       -
rounds           see     see      see     see          see         see       see     see
new_round        -       -        -       -            do          -         -       -
bring_round      -       -        -       -            do          -         -       -
round            see     see      see     see          see         see       see     see
change_round     -       -        -       -            do          -         -       -
put_on_ballot    -       -        -       -            do          -         -       -
vote             -       -        do      -            -           -         -       -
count_round      -       -        -       -            do          -         -       -
round_file       see     see      see     see          see         see       see     see
all_decisions    see     see      see     see          see         see       see     see
decisions        see     see      see     see          see         see       see     see
new_decision     -       -        -       -            do          -         -       -
decision         see     see      see     see          see         see       see     see
decide           -       -        -       -            do          -         -       -
report_done      -       -        -       do           do          -         -       -
judge            -       -        do      -            -           -         -       -
where_to_raise   see     see      see     see          see         see       see     see
concerns         see     see      see     see          see         see       see     see
raise_concern    do      do       do      do           do          do        do      do
follow_concern   do      do       do      do           do          do        do      do
concern_register -       -        -       -            -           -         see     see
concern          -       -        -       -            -           -         do      see
take_concern     -       -        -       -            -           -         do      -
close_concern    -       -        -       -            -           -         do      do
keep_concern_open -      -        -       -            -           -         do      do
needs            see     see      see     see          see         see       see     see
new_need         -       -        do      do           do          -         -       -
need             see     see      see     see          see         see       see     see
need_done        -       -        -       do           do          -         -       -
judge_need       -       -        do      -            -           -         -       -
withdraw_need    -       -        do      -            -           -         -       -
offers           see     see      see     see          see         see       see     see
new_offer        -       -        do      do           do          -         -       -
offer            see     see      see     see          see         see       see     see
withdraw_offer   -       -        do      -            -           -         -       -
matches          -       -        see     see          see         see       see     see
opportunities    see     see      see     see          see         see       see     see
new_opportunity  -       -        -       do           do          -         -       -
opportunity      see     see      see     see          see         see       see     see
new_role         -       -        -       do           do          -         -       -
change_places    -       -        -       do           do          -         -       -
new_sessions     -       -        -       do           do          -         -       -
close_opportunity -      -        -       do           do          -         -       -
session          see     see      see     see          see         see       see     see
sign_up          -       -        do      do           do          -         -       -
withdraw_sign_up -       -        do      do           do          -         -       -
attendance       -       -        -       do           do          -         -       -
claim_many       -       -        -       do           do          -         -       -
cancel_session   -       -        -       do           do          -         -       -
initiative_calendar see  see      see     see          see         see       see     see
own_calendar     -       do       do      do           do          do        do      do
calendar_by_link see     see      see     see          see         see       see     see
new_claim        -       -        do      do           do          -         -       -
contribution     -       -        see     -            see         -         -       -
answer           -       -        -       -            do          -         -       -
waiting          -       -        see     see          see         see       see     see
mine             -       -        see     see          see         see       see     see
time_given       see     see      see     see          see         see       see     see
credits          -       -        see     see          see         see       see     see
reverse_credit   -       -        -       -            do          -         -       -
"""

MATRIX = {
    address: dict(zip(ROLES, cells, strict=True))
    for address, *cells in (line.split() for line in _TEXT.strip().splitlines()[1:])
}
