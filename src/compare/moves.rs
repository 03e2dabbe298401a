//! Positions of rows in two sheets → the fewest rows that must have moved.

/// Tells for each row of the newer sheet if it stayed in the old order. `positions` are those in the older sheet,
/// `None` for a new row. Rows that stay form the longest rising sequence; of equally long ones, the most `settled`.
pub fn stayed(positions: &[Option<usize>], settled: &[bool]) -> Vec<bool> {
    // The longest sequence up to each row: its length, its settled rows, and the row before.
    let mut best: Vec<((usize, usize), Option<usize>)> = Vec::new();
    for (at, position) in positions.iter().enumerate() {
        let earlier = (0..at).filter(|&other| positions[other].is_some());
        let lower = earlier.filter(|&other| positions[other] < *position);
        let before = lower.max_by_key(|&other| best[other].0);
        let (rows, calm) = before.map_or((0, 0), |before| best[before].0);
        best.push(((rows + 1, calm + usize::from(settled[at])), before));
    }
    let mut stayed = vec![false; positions.len()];
    let common = (0..positions.len()).filter(|&at| positions[at].is_some());
    let mut next = common.max_by_key(|&at| best[at].0);
    while let Some(at) = next {
        stayed[at] = true;
        next = best[at].1;
    }
    stayed
}

#[cfg(test)]
mod tests {
    fn stayed(positions: &[usize], settled: &[bool]) -> Vec<bool> {
        let positions: Vec<Option<usize>> = positions.iter().copied().map(Some).collect();
        super::stayed(&positions, settled)
    }

    #[test]
    fn the_fewest_rows_move() {
        let all = |places: &[usize]| stayed(places, &vec![true; places.len()]);
        assert!(all(&[]).is_empty());
        assert_eq!(all(&[0, 1, 2]), [true, true, true]);
        assert_eq!(all(&[3, 0, 1, 2]), [false, true, true, true]);
        assert_eq!(all(&[1, 2, 3, 0]), [true, true, true, false]);
        assert_eq!(stayed(&[1, 0], &[false, true]), [false, true]);
        assert_eq!(stayed(&[1, 0], &[true, false]), [true, false]);
        let with_a_new_row = [Some(0), None, Some(1)];
        assert_eq!(
            super::stayed(&with_a_new_row, &[true; 3]),
            [true, false, true]
        );
    }
}
