"""Two slips together on the small project; every number by hand.

With the rate of E for that of D (0.02): 2,308.1 tC times 295 / 365 is 1,865.45; the areas are then 983.8356 and 491.9178 ha, so 2,270.79 in 2019, and 98 % of
that in 2020, 2,225.38. Without 44/12 the reference level is the same number.
"""


def test_two_slips_are_found_where_one_does_not_do(desk):
    found = desk("claimed: {RL: {values: {2018: 1865.45, 2019: 2270.79, 2020: 2225.38}}}").diagnoses[0]

    first = found.candidates[0]
    assert first.slips[0].kind == "two slips" and first.is_whole and first.by_chance < 0.1
    texts = [slip.text for slip in first.slips]
    assert texts[0] == "Eq. 1: 44/12 left out, together with P: P of the forest before"  # the same digits as P[D] with the number of E


def test_what_no_pair_gives_stays_unknown(desk):
    found = desk("claimed: {RL: {values: {2018: 1111.11, 2019: 3333.33, 2020: 777.77}}}").diagnoses[0]

    assert not any(one.is_whole for one in found.candidates)


def test_one_coarse_number_is_left_to_no_pair(desk):
    """Of millions of pairs thousands give 31,000 +/- 500: none of them is an explanation."""
    found = desk("claimed: {ER_p: 3.1e4}").diagnoses[0]

    assert not any(one.slips[0].kind == "two slips" for one in found.candidates)
