//! Sheet + theme → the files of one build.
//!
//! [`html`] and [`pdf`] draw a sheet as a [`theme::Theme`] says; [`site`] makes the office's site of such pages;
//! [`documents`] draws what an edition's folder holds; [`bundle`] gathers all files of a build. [`leak`] searches each file
//! for texts that its reader may not see, and [`names`] the finished site for names that must not become public.

pub mod bundle;
pub mod documents;
mod file_texts;
pub mod html;
pub mod leak;
pub mod logo;
pub mod names;
pub mod pdf;
pub mod site;
pub mod theme;
pub mod tokens;
