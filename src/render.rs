//! Sheet + theme → the files of one build.
//!
//! [`html`] and [`pdf`] draw a sheet as a [`theme::Theme`] says; [`site`] makes the office's site of such pages;
//! [`bundle`] gathers all files of a build, and [`leak`] searches each for texts that its reader may not see.
//! [`names`] searches the finished site for names that must not become public.

pub mod bundle;
pub mod html;
pub mod leak;
pub mod names;
pub mod pdf;
pub mod site;
pub mod theme;
