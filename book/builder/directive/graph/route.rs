//! The way of each arrow: past the boxes that stand between its ends, and to a place of its own on the box it leads to.

use super::{Arrow, BOX, GAP, Graph};

/// Where an arrow begins on its box, and how far apart arrows end that lead to one box, in pixels.
const START: usize = 40;
const APART: usize = 22;

/// How far below a box an arrow turns aside, further for each column, so that arrows from one row do not lie on each other. Words stand
/// below all of that.
const TURN: usize = 8;
const TURNS_APART: usize = 8;
/// The radius of a corner.
const CORNER: usize = 8;

/// How an arrow goes, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Where it begins, at the bottom of a box.
    pub from: (usize, usize),
    /// Where it goes straight down beside the boxes of the rows between, if there are such rows.
    pub lane: Option<usize>,
    /// Where it ends, at the top of a box.
    pub to: (usize, usize),
    /// How far below a box it turns aside.
    pub turn: usize,
    /// Which of the arrows to this box it is, from the left.
    pub slot: usize,
}

impl Route {
    /// The line, as the `d` of an SVG path.
    pub fn line(&self) -> String {
        let ((x1, y1), (x2, y2)) = (self.from, self.to);
        let aside = |x1: usize, turn: usize, x2: usize| {
            let corner = CORNER.min(x1.abs_diff(x2) / 2);
            let (leaves, arrives) = if x1 < x2 { (x1 + corner, x2 - corner) } else { (x1 - corner, x2 + corner) };
            let (above, below) = (turn - corner, turn + corner);
            format!("V{above} Q{x1} {turn} {leaves} {turn} H{arrives} Q{x2} {turn} {x2} {below}")
        };
        let last = |x1: usize, turn: usize| format!("{} V{}", aside(x1, turn, x2), y2 - 7);
        match self.lane {
            None => format!("M{x1} {y1} {}", last(x1, y1 + self.turn)),
            // A little lower than those that begin in the row above.
            Some(lane) => {
                format!(
                    "M{x1} {y1} {} {}",
                    aside(x1, y1 + self.turn, lane),
                    last(lane, y2 - GAP.1 + self.turn + TURNS_APART / 2)
                )
            }
        }
    }
}

impl Graph<'_> {
    /// The way of an arrow, by its position among them.
    pub(super) fn route(&self, position: usize) -> Route {
        let arrow = &self.arrows[position];
        let ((x1, y1), (x2, y2)) = (self.place(arrow.from), self.place(arrow.to));
        // From left to right as they come, so that arrows to one box do not cross in front of it.
        let mut leading: Vec<_> = (0..self.arrows.len()).filter(|other| self.arrows[*other].to == arrow.to).collect();
        leading.sort_by_key(|other| (self.comes_at(&self.arrows[*other]), *other));
        let slot = leading.iter().position(|other| *other == position).unwrap_or_default();
        let aside = START + APART * slot;
        let (from, to) = ((x1 + aside, y1 + BOX.1), (x2 + aside, y2));
        let lane = self.passes(arrow).then(|| match self.column_to_pass(arrow) {
            Some(column) if column == self.boxes[arrow.from].column => from.0,
            Some(_) => to.0,
            None => x1 + BOX.0 + GAP.0 / 2,
        });
        let turn = TURN + TURNS_APART * self.boxes[arrow.from].column;
        Route { from, lane, to, turn, slot }
    }

    /// How many arrows lead to a box.
    pub(super) fn leading_to(&self, index: usize) -> usize {
        self.arrows.iter().filter(|arrow| arrow.to == index).count()
    }

    /// Whether there are rows between its ends.
    fn passes(&self, arrow: &Arrow) -> bool {
        self.boxes[arrow.to].row > self.boxes[arrow.from].row + 1
    }

    /// The column of one of its ends in which no box is in the way.
    fn column_to_pass(&self, arrow: &Arrow) -> Option<usize> {
        let (from, to) = (&self.boxes[arrow.from], &self.boxes[arrow.to]);
        let is_free = |column: usize| {
            !self.boxes.iter().any(|one| one.column == column && one.row > from.row && one.row < to.row)
        };
        [from.column, to.column].into_iter().find(|column| is_free(*column))
    }

    /// How far right an arrow is when it comes to the row of its box.
    fn comes_at(&self, arrow: &Arrow) -> usize {
        let x = self.place(arrow.from).0;
        match self.passes(arrow).then(|| self.column_to_pass(arrow)) {
            None => x,
            Some(Some(column)) if column == self.boxes[arrow.from].column => x,
            Some(Some(_)) => self.place(arrow.to).0,
            Some(None) => x + BOX.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drydock::dockerfile::parse;

    /// The ways of all arrows, and the boxes that each goes through in the rows between its ends.
    fn routes(text: &str) -> Vec<(Route, Vec<String>)> {
        let file = parse(text, "p").unwrap();
        let graph = Graph::of(&file, None);
        let of = |position: usize| {
            let (route, arrow) = (graph.route(position), &graph.arrows[position]);
            let rows = graph.boxes[arrow.from].row + 1..graph.boxes[arrow.to].row;
            let hit = (0..graph.boxes.len()).filter(|index| {
                let x = graph.place(*index).0;
                rows.contains(&graph.boxes[*index].row)
                    && route.lane.is_some_and(|lane| (x..=x + BOX.0).contains(&lane))
            });
            (route, hit.map(|index| graph.boxes[index].name.clone()).collect())
        };
        (0..graph.arrows.len()).map(of).collect()
    }

    #[test]
    fn an_arrow_goes_past_the_boxes_between_its_ends() {
        for text in [
            // A package of its own, copied past the stage that builds.
            "FROM a AS dependencies\nFROM b AS tides\nFROM dependencies AS build\nFROM c\nCOPY --from=tides /t /t\nCOPY --from=build /d /d\n",
            // From the first to the last of three in a column.
            "FROM a AS dependencies\nFROM dependencies AS build\nFROM c\nCOPY --from=dependencies /m /m\nCOPY --from=build /d /d\n",
            "FROM a AS one\nFROM one AS two\nFROM two AS three\nFROM three\nCOPY --from=one /a /a\nCOPY --from=two /b /b\n",
        ] {
            for (route, hit) in routes(text) {
                assert!(hit.is_empty(), "{route:?} goes through {hit:?} in\n{text}");
            }
        }
    }

    #[test]
    fn an_arrow_to_the_next_row_has_nothing_to_go_past() {
        let all = routes("FROM a AS build\nFROM b\nCOPY --from=build /x /x\n");
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].0.lane, all[0].0.from.0), (None, all[0].0.to.0));
    }

    #[test]
    fn arrows_to_one_box_end_in_the_order_in_which_they_come() {
        let all = routes("FROM a AS left\nFROM b AS right\nFROM c\nCOPY --from=right /r /r\nCOPY --from=left /l /l\n");
        let slots: Vec<_> = all.iter().map(|(route, _)| route.slot).collect();
        assert_eq!(slots, [1, 0], "the copy of `right` is the first line, and comes from the right");
    }
}
