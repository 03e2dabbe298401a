//! `safeguard`: an office's security-measures sheet (安全管理措置一覧) as data, checked and rendered.
//!
//! ```text
//! content/**.yaml,md ─load▶ Content ─check▶ Register ─lay_out▶ Sheet ─┬ html ┐
//!                           (records,  │    (checked,  (rows, cells,  ├ pdf  ├▶ Bundle ─write▶ output/
//!                            origins)  │     typed)     spans, words) └ data ┘  (path → bytes,
//!                                      └▶ Vec<Diagnostic> ▶ the author           manifest)
//! ```
//!
//! Read in this order:
//!
//! 1. [`content::load`] finds and reads the files into records; [`content::record`] is the manual for who writes them.
//! 2. [`check::check`] applies every rule ([`check::RULES`]) and, where none finds an error, builds the [`model::Register`] and, from what [`prose`] makes of their Markdown, the site's [`model::Page`]s.
//! 3. [`sheet::lay_out`] decides for one audience and language what every rendering says: rows, joined cells, numbers, anchors, words.
//! 4. [`render::html::Pages`], [`render::pdf::render`] and [`data`] draw that sheet; a [`render::theme::Theme`] says how it looks.
//! 5. [`render::site::files`] makes the office's site of such pages; [`render::bundle::bundle`] gathers the files of one build, [`render::leak`] looks at each before it is taken up.
//! 6. [`output::write`] puts them on the disk, all or none.
//! 7. [`edition::freeze`] makes an issued edition of a register, complete and with its digests; it is laid out like any other.
//! 8. [`compare::compare`] says what differs between two such sheets (新旧対照表), [`compare::guideline`] what between two guidelines; html and pdf draw that too.
//! 9. [`pades::sign`] puts a signature behind a finished PDF; [`pdf_reader::read`] reads a PDF back, its data, its words and, with [`signed`], who signed it.
//! 10. [`verify::verify`] says of it whether it is an edition, unaltered and current.
//! 11. [`serve`] keeps the page, the PDFs and the findings in a browser up to date while an author writes.
//! 12. [`publish::publish`] sends the site to a target, what changed and in an order in which it is whole at any time.
//! 13. [`command`] is the command line around it; [`report`] prints findings, [`message`] has the words.
//!
//! What is absent, on purpose:
//!
//! - From 2 to 5 and from 7 to 10 no function reads the disk, the clock, the network or a terminal: same content, theme, fonts, day and version, same bytes.
//! - No HTML and no Typst markup stands in Rust (the fragments of [`prose`] are made by pulldown-cmark), and no text of the content is ever evaluated as markup.
//! - A sheet holds nothing that its audience may not read, so a theme cannot leak it.
//! - Nothing is written while an error stands, and nothing old is deleted before the new is whole.

pub mod check;
pub mod cms;
pub mod command;
pub mod compare;
pub mod content;
pub mod data;
pub mod date;
pub mod diagnostic;
pub mod edition;
pub mod message;
pub mod model;
pub mod output;
pub mod pades;
pub mod pdf_reader;
pub mod prose;
pub mod publish;
pub mod render;
pub mod report;
pub mod serve;
pub mod sheet;
pub mod text;
pub mod verify;
