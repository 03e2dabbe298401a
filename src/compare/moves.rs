//! Which rows moved: the fewest that must, so that all others stand in the same order on both sides.

/// For each row that both sides have, in the newer order, whether it stayed.
///
/// `places` are where the rows stood before; of two equally few sets of moves the one is taken that leaves more of the rows marked `settled` where they are.
/// The rows that stay are the heaviest rising sequence of places.
pub fn stayed(places: &[usize], settled: &[bool]) -> Vec<bool> {
    // How many rows stay up to this one, how many settled ones among them, and which stays before it.
    let mut best: Vec<((usize, usize), Option<usize>)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let lower = (0..at).filter(|&other| places[other] < *place);
        let before = lower.max_by_key(|&other| best[other].0);
        let (rows, calm) = before.map_or((0, 0), |before| best[before].0);
        best.push(((rows + 1, calm + usize::from(settled[at])), before));
    }
    let mut stayed = vec![false; places.len()];
    let mut next = (0..places.len()).max_by_key(|&at| best[at].0);
    while let Some(at) = next {
        stayed[at] = true;
        next = best[at].1;
    }
    stayed
}

#[cfg(test)]
mod tests {
    use super::stayed;

    #[test]
    fn the_fewest_rows_move() {
        let all = |places: &[usize]| stayed(places, &vec![true; places.len()]);
        assert!(all(&[]).is_empty());
        assert_eq!(all(&[0, 1, 2]), [true, true, true]);
        assert_eq!(all(&[3, 0, 1, 2]), [false, true, true, true]);
        assert_eq!(all(&[1, 2, 3, 0]), [true, true, true, false]);
        assert_eq!(stayed(&[1, 0], &[false, true]), [false, true]);
        assert_eq!(stayed(&[1, 0], &[true, false]), [true, false]);
    }
}
