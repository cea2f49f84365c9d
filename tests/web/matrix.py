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
"""

MATRIX = {
    address: dict(zip(ROLES, cells, strict=True))
    for address, *cells in (line.split() for line in _TEXT.strip().splitlines()[1:])
}
