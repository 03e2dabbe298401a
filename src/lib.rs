//! `safeguard`: an office's security-measures sheet (安全管理措置一覧) as data, checked and rendered.
//!
//! A sheet is made for one of two readers, everybody (`public`) or companies that entrust or may entrust work (`client`),
//! and is either a draft (案) or an issued edition. The proof is a working print for the office: the client's sheet with
//! the office's questions, memos and findings beside it.
//!
//! ```text
//! content/**.yaml,md ─load▶ Content ─check▶ Register ─lay_out▶ Sheet ─┬ html ┐
//!                           (records,  │    (checked,  (rows, cells,  ├ pdf  ├▶ Bundle ─write▶ output/ ─publish▶ target
//!                            origins)  │     typed)     spans, texts) └ data ┘  (path → bytes, manifest)
//!                                      └▶ findings ▶ the author
//! ```
//!
//! Read in this order. A module uses only modules above it; a test in `tests/guards.rs` checks this.
//!
//! 1. [`message`] has the program's messages in Japanese and English (the words printed on a sheet are labels of the theme); [`characters`], [`date`], [`text`] and [`diagnostic`] are the basic types that all others use.
//! 2. [`prose`] reads the Markdown of the site's pages; [`confidential`] finds names that must not become public; [`manifest`] names the files of a build.
//! 3. [`model`] is the [`model::Register`]: the content after a check without errors. [`edition`] is an issued one: its record and its files, and the ledger of copies let out.
//! 4. [`sheet::lay_out`] decides for one reader and language what every rendering says: rows, joined cells, numbers, anchors, texts.
//! 5. [`data`] writes that sheet as JSON and CSV; [`issue::freeze`] makes an edition and its digests, [`edition::Version`] says which state a register is.
//! 6. [`content::load`] finds and reads the files into records; [`content::record`] is the manual for whoever writes them.
//! 7. [`compare::compare`] finds the changes between two sheets (新旧対照表), [`compare::guideline`] those between two guidelines.
//! 8. [`check::check`] applies the rules ([`check::RULES`]; reading has its own, [`content::rule`]) and, without an error, builds the register; [`check::pages`] has the site's pages.
//! 9. [`report`] prints findings.
//! 10. [`cms`] verifies signatures and certificates, [`pdf_reader`] reads a PDF back: its data, its texts, its signatures.
//! 11. [`render`] draws the sheet with the theme's templates, labels and colours (`themes/official/`, docs/themes.md): pages, PDFs, site. An issued edition's files are copied, not drawn. Every file but the proof is searched for texts that its reader may not see, and the finished site for confidential names.
//! 12. [`output::write`] puts them on the disk, all or none.
//! 13. [`pades::sign`] signs a finished PDF; [`verify::verify`] says of a received file if its very bytes were recorded.
//! 14. [`publish::publish`] sends the site to a target, in an order in which it is whole at any time.
//! 15. [`serve`] shows page, PDFs and findings in a browser while an author writes.
//! 16. [`command`] is the command line around it.
//!
//! What is absent, on purpose:
//!
//! - `check`, `sheet`, `data`, `issue`, `compare` and `render` read no disk, clock, network or terminal: same content, theme, fonts, day and version, same bytes. (Only [`render::theme`] reads its files.)
//! - No HTML and no Typst markup stands in Rust (the fragments of [`prose`] are made by pulldown-cmark), and no text of the content is ever evaluated as markup.
//! - A sheet holds nothing that its reader may not see, so a theme cannot leak it.
//! - No build, edition or publication is made from content with an error; an old file is removed only after its successor is complete.

pub mod characters;
pub mod check;
pub mod cms;
pub mod command;
pub mod compare;
pub mod confidential;
pub mod content;
pub mod data;
pub mod date;
pub mod diagnostic;
pub mod edition;
pub mod issue;
pub mod manifest;
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
