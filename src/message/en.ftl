# What the program says, in English. The same ids stand in ja.ftl; a test compares them.

## Words of a finding
error = error
warning = warning
hint = hint
advice = help
summary = errors: { $errors }, warnings: { $warnings }, hints: { $hints }
rule-count = { $count } in all
rule-count-shown = { $count } in all, { $shown } shown (`check --all` shows the rest)
see-check = `safeguard check` shows them
next-errors = next: correct the errors; until then nothing can be built or issued
next-warnings = next: correct the warnings, or let them pass with `--allow` (--strict)
next-settle = next: settle the open questions and undated certificates ({ $count }), then issue (`safeguard issue`)
next-issue = next: read the draft's proof (`safeguard build`), then issue it (`safeguard issue`)
next-review = next: review the measures (review-overdue); until another is issued, { $id } is in force
next-publish = next: publish the edition { $id } (`safeguard publish`), then hand out what `safeguard build` writes to output/client/
next-withdrawn = next: correct the content and issue a new edition; { $id } is withdrawn
did-you-mean = did you mean `{ $name }`?

## Reading
no-content = there is no folder `content` in `{ $folder }`; go to the project's folder or name it with `-C`
missing-file = `{ $file }` is missing; every sheet needs it
unexpected-file = this file has no place in `content` and would not be printed
    .help = see docs/content.md for what goes where; move other files out of `content`
copied-file = this file looks like a copy of `{ $name }` that a sync service or a file manager made
    .help = carry over into `{ $name }` what differs, and move this file out of `content`
conflict-marker = git left this line where two people changed the same place
    .help = keep the right lines of both, and delete this line, the one of equals signs and the closing one
theme-conflict-marker = { $file }, line { $line }: git left this line where two people changed the same place; keep the right lines of both, and delete the marks
rename-file = rename it to `{ $name }`
folder-for-file = this is a folder, but its name is a file's; rename it or move it away
symlink-loop = this link leads back into the folder it lies in; delete the link
unreadable-permission = no permission to read this; give yourself the right
unreadable-link = this link leads nowhere; delete it or mend it
system-cause = { $kind ->
    [NotFound] it is not there
    [PermissionDenied] permission is missing
    [AlreadyExists] it is there already
    [StorageFull] the disk is full
    [QuotaExceeded] the disk space allowed is used up
    [FileTooLarge] the file is too large for the disk
    [ReadOnlyFilesystem] the disk is read-only
    [IsADirectory] it is a folder
    [NotADirectory] a part of the path is no folder
    [DirectoryNotEmpty] the folder is not empty
    [InvalidFilename] the name is too long or has signs that are not allowed
    [ResourceBusy] another program is using it
    [CrossesDevices] it lies on another disk
    [AddrInUse] another program is using this address
    [ConnectionRefused] the server refuses the connection
    [ConnectionReset] the server broke the connection off
    [TimedOut] no answer in time
    [HostUnreachable] the server cannot be reached
    [NetworkUnreachable] the network cannot be reached
   *[other] { $reason }
  }
unreadable-file = this file cannot be read: { system-cause }
unreadable-folder = the folder `{ $folder }` cannot be read
no-plain-file = this is not a plain file; move it out of `content`
too-large = this file has { $size } MB; at most { $limit } MB are read
not-utf8 = line { $line } of this file is not UTF-8; save it as UTF-8
empty-file = this file is empty; write its content or delete it
page-name = `{ $name }` cannot be the name of a page: it becomes an address, of the letters a–z, digits and hyphens only
    .help = give it another name, as in `content/pages/privacy.md`
page-name-taken = `{ $name }` is the name of a file or folder that the site has already
    .help = { page-name.help }
page-without-japanese = this is the English version of a page that is not there: `{ $file }` is missing
    .help = write the page in Japanese too, or delete this file
no-front-matter = this page does not begin with its title
    .help = begin the file with three lines: `---`, `title: …`, `---`
front-matter-open = what begins here (title and order) is never closed
    .help = write a line `---` behind the title, and the text of the page below
empty-page = no text follows here
    .help = write the text of the page, or delete the file
no-yaml = this is not YAML from here on
    .help = indent the fields that belong together alike, and write each as `name: text`
no-yaml-colon = put a text that holds `: ` into quotes
slip-wide-space-behind = a full-width or other wide space stands behind the colon; YAML wants a half-width one
    .help = { slip-documents.help }
slip-wide-comma = in braces a half-width comma and a space stand between two fields: `{"{"}a: …, b: …{"}"}`
    .help = { slip-documents.help }
slip-no-colon = between the name of a field and its text stands a half-width colon and a space
    .help = { slip-documents.help }
slip-wide-hash = a full-width ＃ begins no comment; write a half-width # and a space
    .help = { slip-documents.help }
slip-documents = one file is one document; take the line `---` out
    .help = a line is `name: text`, an entry of a list begins with `- `; all signs and the spaces before them half-width
slip-tab = a tab stands here; YAML indents with spaces
    .help = { slip-documents.help }
slip-wide-space = a full-width or other wide space indents this line; YAML indents with half-width spaces
    .help = { slip-documents.help }
slip-wide-dash = a full-width sign begins this line; an entry of a list begins with a half-width hyphen and a space (`- `), and a text that goes on is indented further
    .help = { slip-documents.help }
slip-wide-colon = a full-width colon stands here; YAML wants a half-width colon and a space
    .help = { slip-documents.help }
slip-colon-without-space = a space is missing after the colon
    .help = { slip-documents.help }
slip-dash-without-space = a space is missing after the hyphen
    .help = { slip-documents.help }
blank-field = the field `{ $field }` is blank
no-such-day = there is no day { $day } in the calendar
    .help = write the day that was meant, as in `2015-10-01`
swallowed-field = `{ $field }` stands in the text of the field above it, and would be printed there
    .help = write it as a field of its own: indented like the other fields, with a half-width colon and a space
no-alias = this text is taken over from elsewhere by `*`; write it out
no-yaml-quote = the quotation mark that opens here is never closed; write the closing one
no-yaml-wide-quote = the quotation mark that opens here is closed by a full-width one; write a half-width one
no-yaml-quoted-start = put the whole text into quotes of the other kind, as in `'"a" b'`
no-yaml-sign = put a text that begins with a sign like *, [ or ` into quotes
no-yaml-escape = in `"…"` the sign \ has a meaning of its own; put the text into `'…'`
no-yaml-bracket = the bracket that opens here is never closed; write the closing one
record-damaged = this file is not as `safeguard` wrote it
    .help = take it from a backup; it is never edited by hand
no-yaml-deep = the file is nested too deeply; see docs/content.md for how it should look
wrong-length = a list of { $count } stands here, but this field takes two numbers, as in `[14, 6]`
quote-it = put it into quotes to have it as text
unknown-field = there is no field `{ $field }` here
    .help = fields here: { $fields }
unknown-choice = `{ $value }` cannot stand here; this field takes { $choices }
missing-field = the field `{ $field }` is missing here
duplicate-key = the field `{ $field }` is written twice
    .help = take one of them out; if a new entry begins here, begin it with `- `
wrong-type = { $found ->
    [list] a list stands here
    [fields] a group of fields stands here
    [nothing] nothing stands here
    [tag] a tag (`!`) stands here
   *[other] { $found } stands here
  }, but this field takes { $expected ->
    [string] text
    [array] a list (lines that begin with `- `)
    [object] fields (`name: value`)
    [boolean] `true` or `false`
    [uint32] a whole number (0, 1, 2, …)
    [uint16] a number from 0 to 65535
    [text-or-list] text, or a list of texts
    [pair] two numbers, as in `[14, 6]`
    [date] a day, as in `2015-10-01`
    [duration] a duration, as in `P90D`
   *[other] { $expected }
  }

## Guideline
unknown-guideline = there is no guideline `{ $id }` in content/guidelines
    .help = { $known ->
        [none] put its file there: content/guidelines/{ $id }.yaml
       *[other] there are: { $known }
    }
guideline-superseded = `{ $id }` was replaced by `{ $successor }`
    .help = `safeguard check --guideline { $successor }` shows what is new
unknown-item = `{ $name }` is neither in the guideline `{ $guideline }` nor among the sections of sheet.yaml
unknown-item-has = there are { $items }; rename it to one of them
heading-of-own = the heading of `{ $name }` stands under `sections:`, not here
item-uncovered = no measure answers { $name } { $heading } of `{ $guideline }`
    .help = write it into { $file }; where it does not apply, say why with `not_applicable:`; while it is not decided, write `subject:` and the question as `confirm:`
item-uncovered-there = { item-uncovered }
    .help = to follow it, set `guideline: { $guideline }` in content/sheet.yaml, then write the measure into { $file }
heading-changed = the heading of { $name } is now { $new }; it was { $old }
small-business-exception = the measure `{ $id }` uses the small-business method, which an office that handles My Numbers for others never may
    .help = describe what is done in full, and take `relaxed: true` out

## Measures
bad-id = `{ $id }` cannot be an id: { $sign ->
    [none] letters a–z, digits and hyphens only, not beginning with `-` or `page-`
   *[other] { $sign } is none of the letters a–z, the digits and the hyphen
  }
duplicate-id = `{ $id }` is used twice; first in { $file }, line { $line }
number-of-other = `no: { $no }` was that of the row `{ $id }`, which was issued and is gone
    .help = if this is the same row, write `formerly: [{ $id }]`; if it is another, take `no:` out: `safeguard issue` gives it a number
empty-subject = the measure `{ $id }` has an empty subject
empty-measure = the measure `{ $id }` says nothing: no measure, no reason, no open question
    .help = write `measure:`, or `not_applicable:` with the reason, or the open question as `confirm:`
not-applicable-without-reason = the measure `{ $id }` is not applicable, but no reason is given
not-applicable-with-measure = the measure `{ $id }` has a measure and is not applicable: only one can be true
open-question = open question on `{ $id }`: { $question }
review-overdue = the measure `{ $id }` was last reviewed on { $day }, and is due again
    .help = look whether it still holds, then write the day as `reviewed_on:`
review-overdue-all = the review of { $count } measures is overdue (the oldest counts from { $day })
    .help = see if they still hold; write the day as `reviewed_on:` in sheet.yaml, or `issue --reviewed`
office-incomplete = office.yaml does not say: { $fields }
    .help = fill it in; a person must be able to learn it (Personal Information Protection Act, art. 32)

## Certifications
day-to-come = { $day } is still to come (today is { $limit })
    .help = write the day on which it happened
issued-after-end = the certificate was issued on { $day }, after its last day { $limit }
    .help = one of the two days is wrong
day-far = { $day } is more than ten years away
    .help = look at the year on the certificate
edition-to-come = the standard has no edition of a year to come ({ $day } is after { $limit })
    .help = write the year as the certificate names it
date-before-guideline = the sheet speaks of { $limit }, and its guideline was published on { $day }
    .help = one of the two is wrong: `date:` here, or `published:` in the guideline
established-after-date = established on { $day }, after the day of the sheet, { $limit }
    .help = one of the two days is wrong
established-after-effect = established on { $day }, after the day { $limit } on which it takes effect
    .help = one of the two days is wrong
issue-before-certificate = { $day } is before { $issued }, the day on which the certificate { $standard } was issued: no sheet of that day could list it
certification-expired = the certificate { $standard } ran out on { $day }
    .help = take the file out, or write the dates of the renewed certificate
certification-expires-soon = the certificate { $standard } runs out on { $day }
certification-undated = the certificate { $standard } has no last day
    .help = add its `expires_on:`; without it no validity is shown, and no edition can be issued
certification-without-edition = the standard { $standard } has no edition year
privacy-mark-misused = { $standard } number { $number } is no Privacy Mark registration
    .help = its numbers look like 10190001(03); other certificates to JIS Q 15001 must not carry the mark

## Editions
edition-altered = the issued edition { $id } no longer says what it said when it was issued
edition-altered-help = an issued edition never changes: take the file back from the repository or a backup; what is new is issued with `safeguard issue`. A record that is gone for good: `safeguard issue --lost ID --note "…"`
edition-file-altered = { $path } is no longer the file that was issued (SHA-256 { $sha256 })
edition-file-missing = the issued file { $path } is missing (SHA-256 { $sha256 })
edition-file-restore = `safeguard issue --restore { $id }` draws it again or fetches it from the office's site, and keeps it only if the bytes are the recorded ones; else take it back from the repository or a backup
edition-record-missing = the record of the edition { $id } is missing, although its files are there; get record.yaml back from git or a backup, or, if it is gone for good, run `safeguard issue --lost { $id } --note "…"`
unexpected-edition-file = { unexpected-file }
    .help = the folder of an edition holds what `safeguard issue` wrote, and nothing else; keep other files elsewhere and record them with `safeguard issue --attach FILE --to ID`
edition-format = the edition { $id } has the format `{ $format }`, which this version does not know
edition-name = the edition { $id } must bear its day, and its folder the same name: 2015-10-01, or 2015-10-01-2 for the second of a day
edition-without-predecessor = the edition { $id } names no predecessor, but { $before } was issued before it
edition-mistyped = if `edition:` is mistyped, write { $newest }, the newest edition here. If { $predecessor } was issued, take its folder back from the repository or a backup; if it is gone for good: `safeguard issue --lost { $predecessor } --note "…"`
edition-missing = { $id } names the issued edition { $predecessor }, which is not there
edition-before-predecessor = the edition { $id } is not later than { $predecessor }, which it replaces
edition-predecessor-altered = the edition { $predecessor } is no longer the one that { $id } replaced
edition-fork = the edition { $id } replaces { $predecessor }, which another edition has replaced already
edition-not-newest = { $id } is named as the newest edition, but { $newest } was issued later
edition-unnamed = the edition { $newest } was issued, but no `edition:` names it

## Texts
english-alone = `{ $field }` is written in English only
    .help = an English text translates a Japanese one: write `{ $field }:` in Japanese too, or take the English away
text-cut-off = what follows the space here is a comment to YAML and is not printed: { $lost }
    .help = put the whole text into quotes; for a comment write a space behind the #
definition-unused = this is the definition of a link that no link uses, and is not printed: { $lost }
    .help = to print it put a backslash before it: \[
cells-beyond = this stands beyond the columns of its table, and is not printed: { $lost }
    .help = give the table's first line as many columns as its longest
signs-lost = the signs here are Markdown and are not printed: { $lost }
    .help = to print them, put a backslash before each (\*, \_, \\); for emphasis write `**` on both sides
raw-html = HTML is not printed: { $html }
    .help = write the text without it; for < itself put a backslash before it: \<
broken-link = the link `{ $link }` leads nowhere
    .help = links go to https://…, http://…, mailto:…, tel:… or #row
broken-link-row = { broken-link }
    .help = there is no such row; a row's anchor is section-item-id, as in #C-b-system-log
site-address = { $kind ->
    [user] `{ $link }` names a user, and everybody would read it
    [query] `{ $link }` goes on behind `?` or `#`, so no page of the site has an address
    [page] `{ $link }` is the address of a page, and not of the folder with the site
   *[letters] `{ $link }` has letters that an address does not have
}
    .help = write the address of the site's folder as a browser copies it, for example `https://www.example.jp/safeguards/`
broken-link-office = { broken-link }
    .help = write the address of the office's site, as in https://…
broken-link-security = { broken-link }
    .help = write a mail address, `tel:` with a number, or https://…
broken-link-page = { broken-link }
    .help = links of a page go to https://…, http://…, mailto:…, tel:…, #row, #heading, another page (name.md) or a file of the site (index.html, verify.html, editions/index.html, safeguards.pdf, .csv, .json)
broken-link-heading = { broken-link }
    .help = there is no such heading or row; a heading's anchor is its words, with a hyphen for whatever stands between; a row's is section-item-id, as in #C-b-system-log
no-image = the picture `{ $link }` cannot be shown: here stand words only
emphasis-not-closed = the asterisks of `{ $around }` are printed as they stand
    .help = Markdown sees no emphasis between 「」 and a letter: put the asterisks inside the brackets, or take them out
control-character = { $kind ->
    [tab] a tab
    [soft-hyphen] a soft hyphen
    [zero-width] a zero-width space
    [turn] a mark that turns the direction of text
   *[other] an invisible control character
  } ({ $code }) stands here
    .help = delete it; it often comes along when text is copied from elsewhere
radical = { $meant ->
    [none] `{ $character }` ({ $code }) is a radical, and no character of a word
   *[other] `{ $character }` ({ $code }) is a radical, as some PDFs give it; did you mean { $meant }?
}
    .help = type the character: a search would not find the word
missing-glyph = no font has { $character } ({ $code })
    .help = write another form of the character, or kana
confidential-name = `{ $name }` is listed as confidential, and this text is public
    .help = reword it, or set the field's `audience:` to client
confidential-name-alike = `{ $written }` looks like `{ $name }`, which is listed as confidential, and this text is public
    .help = { confidential-name.help }
confidential-name-page = reword it: a page is for everybody
confidential-name-file = `{ $name }` is listed as confidential, and this file of the site contains it
    .help = look for it in the theme, in ids and names of pages, in `url`, and in issued editions
confidential-name-file-alike = `{ $written }` in this file of the site looks like `{ $name }`, which is listed as confidential
    .help = { confidential-name-file.help }
confidential-name-file-code = `{ $name }` is listed as confidential, and the code of this file of the site has a word like it
    .help = { confidential-name-file.help }
joined-names = `{ $name }` is one entry with `{ $separator }` in it
    .help = did you mean two entries?
name-decorated = `{ $name }` is searched for as it stands, and the bare name is not found
    .help = write the name alone, without 様, 御中, brackets or a note
too-long-line = { $count } letters do not fit here on paper; at most { $most } do
too-long-letter = { $count } letters do not fit into the narrow column 記号; at most { $most } do (a full-width one counts twice)
too-many-approvals = { $count } boxes do not fit on the print to seal; at most { $most } do
spelling-varies = { $rare } stands { $count } of { $total } times beside { $common }

## Commands
no-such-command = there is no command `{ $name }`; there are: { $known }
no-such-option = `{ $option }` means nothing here; `safeguard --help` shows what does
no-such-option-near = `{ $option }` means nothing here; did you mean `{ $near }`?
option-twice = `{ $option }` can be given only once
options-conflict = `{ $option }` and `{ $other }` cannot be given together
value-missing = `{ $option }` needs a value; `safeguard --help` shows which
value-unwanted = `{ $option }` takes no value
value-wrong = `{ $option }` cannot be `{ $value }`; write it like { $example }
usage = the arguments cannot be understood; `safeguard --help` shows what can stand there
cannot-print = printing failed
folder-in-the-way = a folder stands at { $path }, where a file is to be written; move it away. Nothing was changed
no-such-guideline = there is no guideline `{ $id }` in content/guidelines; there are: { $known }
no-such-rule = there is no rule `{ $rule }`; there are: { $rules }
no-theme = the theme `{ $theme }` that sheet.yaml names is not in themes/
theme-stray = the theme's file { $file } plays no part; a theme has { $known }, and more .typ and .html files
theme-label = { $file } has the word `{ $name }`, which no template asks for; did you mean `{ $near }`?
theme-label-missing = { $file } lacks the word `{ $name }`, which labels.ja.yaml has; an English page needs both
theme-not-text = the theme's file { $file } is not text in UTF-8; a theme has texts only
theme-official-folder = the theme has a file { $file }, but official/ is the name of the program's own files in every theme; move it
theme-tokens = { $file }, line { $line }: the tokens cannot be read
theme-token-near = { $file }, line { $line }: there is no token `{ $name }`; did you mean `{ $near }`?
theme-token-unknown = { $file }, line { $line }: there is no token `{ $name }`; there are { $known }
theme-token-colour = { $file }, line { $line }: `{ $name }` must be a colour such as "#17407a", in quotation marks, because # alone begins a comment
theme-token-number = { $file }, line { $line }: `{ $name }` must be a number from { $least } to { $most }, without a unit
theme-token-list = { $file }, line { $line }: `{ $name }` must be { $count } numbers above 0, as in [1, 2.5]
theme-token-paper = { $file }, line { $line }: `{ $name }` must be a4 or a3
theme-token-typeface = { $file }, line { $line }: `{ $name }` must be the name of a typeface in quotation marks: letters, digits, spaces and hyphens
theme-token-logo = { $file }, line { $line }: `{ $name }` must be the name of an .svg or .png file in the theme's folder itself
theme-token-text = { $file }, line { $line }: `{ $name }` must be a text of one line
theme-logo-unnamed = { $file } is not used: the theme's tokens.yaml names one image as `logo`, and no other is drawn
theme-logo-missing = the logo { $file }, which the theme's tokens.yaml names, is not there
theme-logo-wordless = { $file } names a `logo` but no `logo_text`, the words for readers who do not see it
theme-logo-large = { $file } has { $size } KB; a logo may have { $most }, because every page contains it
theme-logo-png = { $file } is not a PNG image
theme-logo-svg = { $file } cannot be read as an SVG image
theme-logo-active = { $file }, line { $line }: a logo runs no script and loads no other file; remove `{ $what }`
theme-font-unreadable = { $file } cannot be read as a font
theme-font-embedding = { $file } forbids embedding (fsType), so no PDF may contain it; choose a font whose licence allows it
theme-font-unnamed = { $file } is not used: it is the typeface `{ $typeface }`, which the theme's tokens.yaml must name as `typeface`
theme-font-missing = the typeface `{ $typeface }`, which the theme's tokens.yaml names, is neither in the theme's fonts/ nor in the program
init-name = a theme cannot be called `{ $theme }`; take a plain name for its folder
init-exists = themes/{ $theme } is there already; nothing was written
init-done = themes/{ $theme } is written, with a README.md; `theme: { $theme }` in content/sheet.yaml draws with it
theme-backslash = the theme's file { $file } has a backslash in its name; rename it
theme-glyph = { $file }: the fonts of the PDF have no { $character } ({ $code }), which stands in the word `{ $name }`
theme-off-paper = the theme prints beside the paper, on page { $page }: { $text }
theme-labels = the words of the theme in { $file } cannot be read
theme-error = the theme fails in { $file }, line { $line }
theme-error-row = the theme fails in { $file }, line { $line }, while drawing the row { $row } ({ $subject })
leak = a text that is not for everybody would have been published; nothing was written. This is a fault of the program or the theme: { $text }
cannot-write = cannot write { $path }; nothing was changed
output-busy = another build is writing into { $path }; wait for it
nothing-written = nothing was written
written = { $count } files in { $folder }
without-address = office.yaml has no `url`: the site has no feed, no sitemap and no canonical addresses. Write the site's address there once it is known
keeps-url = the site's address (`url`) changed after { $id } was issued: its print to seal keeps the old one
keeps-approvals = `approvals` changed after { $id } was issued: its print to seal keeps the old boxes
keeps-theme = the theme changed after { $id } was issued: its files keep the old look; pages and new copies have the new one
kept = something else stood in a file's place; it is kept as { $path }
nothing-issued = nothing was issued
allow-at-issue = settle it, or let this one pass with --allow { $rule }@{ $record }="reason"
review-missing = no day of review since the edition { $newest }; check whether every measure still holds, then give the day as --reviewed
review-before-newest = the review of { $day } is before the newest edition { $newest }; review the measures, then give the day as --reviewed
review-day-in-future = the day of review { $day } is still to come (today is { $today })
note-blank = the note says nothing; write what changed, or leave --note out
issue-unchanged = nothing changed since the edition { $id }; there is nothing to issue
issue-in-future = { $day } is still to come (today is { $today }); give today or an earlier day
issue-before-newest = { $day } is before the newest edition { $newest }; editions follow one another
note-confidential = `{ $name }` is listed as confidential, and a note is public
cannot-edit = { $path } cannot be edited by itself; write every field on a line of its own, as `name: value`
no-random = the system gives no random numbers, which an edition and a timestamp need
recipient-alike = `{ $first }` and `{ $second }` would get the same file name; write one of them in another way
recipient-joined = `{ $name }` is one name with `{ $separator }` in it; for two clients write two names with a space between them: --recipient 甲社 乙社
recipient-honorific = leave out `{ $suffix }` in `{ $name }`: the address line adds 御中
recipient-length = the recipient's name needs 1 to { $most } letters
issued = issued: { $path }/; keep this folder, and never change it
numbers-given = { $count } new rows got their number
publish-first = publish before you hand it out: a client can verify a file only if the published list of editions has it
holds-older = { $recipient } holds a copy of the edition { $id } (made on { $day })
holds-copy = { $recipient } holds a copy of the edition { $id }
lost-unknown = nothing here names an edition { $id }; if it was the newest, write `edition: { $id }` back into content/sheet.yaml, and run this again
withdrawn = withdrawn: the edition { $id }. Build and publish now: its files and texts leave the site, its record and a page that says so stay
withdrawn-already = the edition { $id } was withdrawn on { $day } already
none-in-force = no edition is in force: the site says so, and nothing is made for clients until the next edition is issued
not-lost = { $path } is there. If it is damaged, take it back from the repository or a backup; to give it up for good, move its folder away first
given-up = given up: the edition { $id }. Its page will say that its record is lost
nothing-to-restore = nothing to restore: every file of the edition { $id } is as it was issued
restored = restored: { $path }
not-restored = not restored, because neither drawing them again nor the office's site gives the recorded bytes: { $paths }. Take them back from the repository or a backup
attach-recorded = { $path } is recorded already, as a file of the edition { $of }
attach-no-scan = { $path } is no scan; attach a PDF, PNG, JPEG or TIFF file
attach-contradicts = the data in { $path } is not that of the edition { $id }, so it is no copy of it; attach a scan of the paper, or the file as it was issued
attached = recorded: { $path }, as a file of the edition { $id }
argument-missing = this is missing: { $arguments }
argument-unprintable = the text of `{ $option }` cannot be printed

## Comparing
diff-before = before: { $version }, as of { $date }
diff-after = after:  { $version }, as of { $date }
diff-same = the two say the same
diff-counts = rows: { $added } added, { $removed } removed, { $moved } moved, { $reworded } reworded, { $relettered } under another heading, { $renumbered } renumbered, { $unchanged } unchanged
diff-legend = taken out [-so-], put in {"{"}+so+{"}"}
diff-unchanged = … unchanged rows: { $count }
diff-certifications = Certificates
diff-subject = subject
diff-measure = measure
diff-remarks = remarks
diff-added = added
diff-removed = removed
diff-moved = moved, row { $from } to { $to }
diff-relettered = another heading
diff-renumbered = another number
diff-reworded = { $field } changed
diff-guideline = from { $old } to { $new }: { $changed } changed, { $unchanged } unchanged
diff-item-new = new
diff-item-gone = gone
diff-item-moved = moved
diff-item-renamed = renamed
diff-item-required = now required
diff-item-recommended = now only recommended
diff-item-without-measures = no measure of the sheet stands here
diff-too-many = `--guideline` takes the two guidelines to compare, and no editions beside them
no-such-edition = there is no edition `{ $id }`; there are: { $known }
output-ending = `{ $path }` cannot be written: the name must end in { $endings }
diff-written = written: { $path }

## Preview
serving = Preview: { $url } (Ctrl-C ends it)
serving-others = warning: anyone who reaches this machine over the network can read all of the preview, the office's memos and questions too
no-browser = the browser cannot be opened: { $reason }
cannot-listen = cannot serve the preview on { $address }; name another with `--host` and `--port`
cannot-watch = saves in `{ $folder }` cannot be noticed
preview-fault = this is a fault of the program, which could not draw the content as it is now; what was shown last stays
preview-other-host = this preview is not served under that name
preview-not-allowed = only the preview's own page may open the editor
editor-without-terminal = `{ $editor }` needs a terminal, and the preview has none; set VISUAL to an editor with a window
editor-busy = `{ $editor }` is still open in the preview's terminal
editor-failed = `{ $editor }` cannot be started; see VISUAL and EDITOR
preview-title = Preview
preview-updated = Updated {"{time}"}, {"{milliseconds}"} ms
preview-lost = The preview has ended; start `safeguard edit` again
preview-page = Page
preview-pdf = PDF
preview-findings = Findings
preview-nothing = The page cannot be shown before the errors are mended.
preview-errors = Until this is mended, the last state without errors is shown.
preview-row = Click on a row to see where it is written.
preview-open = Open in the editor
preview-kind = Which PDF
preview-client = For clients
preview-site = For everybody (site)
preview-seal = Print to seal
preview-proof = Proof, for the office only
preview-pdf-alone = Open by itself
preview-pdf-here = This browser cannot show a PDF here; open it by itself.

## Signing
file-missing = there is no file `{ $path }`
file-unreadable = `{ $path }` cannot be read
no-file = `{ $path }` is not a file that can be read
pdf-not = `{ $file }` is not a PDF
pdf-broken = the PDF `{ $file }` is damaged or cut off; fetch or build it again
pdf-encrypted = the PDF `{ $file }` is encrypted; use the file as `safeguard build` wrote it
pdf-signed = `{ $file }` is signed already, and one more signature would spoil the first; sign the PDF as `safeguard build` wrote it
pdf-form = `{ $file }` has a form, which a signature would change; sign the PDF as `safeguard build` wrote it
pdf-no-data = no `safeguards.json` is attached to `{ $file }`: it is not a sheet of this program, or a program that printed or re-saved it has dropped the data; ask for the file as it was issued
pdf-several-data = several files named `safeguards.json` are attached to `{ $file }`: it was changed after it was issued
output-is-source = the signed file would replace `{ $path }`, which it is made from; give another name after `-o`
key-password = the password does not open `{ $key }`
key-file = `{ $key }` is not a key file that can be read; PKCS#12 is needed (.p12 or .pfx, with the key and its certificate)
key-encryption = `{ $key }` is encrypted in a way this program does not know; export the key again with AES-256
key-none = there is no private key in `{ $key }`; export the certificate together with its private key
key-several = there are several private keys in `{ $key }`; export the one that signs by itself
key-alone = the certificate of the private key is not in `{ $key }`; export the two together
key-kind = the key in `{ $key }` is of a kind this program cannot sign with; RSA, P-256 and P-384 will do
key-short = the RSA key in `{ $key }` has { $bits } bits; fewer than { $least } are not safe
certificate-not-yet = the certificate of { $name } counts only from { $day } on
certificate-over = the certificate of { $name } ran out on { $day }; renew it
certificate-purpose = the certificate of { $name } is not made for signing documents (key usage), or it is an authority's; another certificate is needed
certificate-extension = the certificate of { $name } has a critical extension that this program does not know; another certificate is needed
password-prompt = Password of { $key }:
password-cannot-ask = the password cannot be asked for here; write it into a file and name that with `--password-file`
password-file = `{ $path }` has no password in its first line; it must be text in UTF-8
tsa-unreachable = the time server { $url } cannot be reached; nothing was written. Try again later, or sign without `--tsa`
tsa-status = the time server { $url } answers with an error ({ $status }); nothing was written. Check the address, or try again later
tsa-refused = the time server { $url } refuses (status { $status }); nothing was written
tsa-no-timestamp = the answer of { $url } is not a timestamp; nothing was written. Check the address
tsa-other-digest = { $url } has stamped something else than this signature; nothing was written. Use another time server
tsa-other-question = the timestamp of { $url } answers another question than this one; nothing was written. Use another time server
tsa-broken = the timestamp of { $url } is not validly signed by a time authority; nothing was written. Use another time server
tsa-unknown = the timestamp of { $url } is signed in a way this program cannot check; nothing was written. Use another time server
signed = { $output }: signed as { $name }
signed-and-stamped = { $output }: signed as { $name }, with a timestamp
signed-unrecorded = Not recorded: the file signed is no issued document of this project, so `safeguard verify` will not call the signed one genuine

## Verifying
verdict = { $verdict ->
    [current] genuine and current
    [replaced] genuine, but replaced
    [withdrawn] genuine, but withdrawn
    [pages-unproven] data genuine, pages unproven
    [no-record] cannot tell: no record at hand
    [not-ours] no issued document of this office
   *[not-as-issued] not as issued
  }
verify-current = This very file was recorded by { $office }, edition { $id }; it lists no newer edition.
verify-replaced = This very file was recorded by { $office }, edition { $id }. Edition { $by } replaced it on { $day }: { $note }
verify-withdrawn = This very file was recorded by { $office }, edition { $id }. The office withdrew that edition on { $day }: { $note }
verify-pages-unproven = The data inside is that of edition { $id } (digest { $digest }…), but the office did not record this file: it was changed, saved anew or signed elsewhere. What its pages show is not proven.
verify-list-insecure = The list of issued files came over an unprotected connection (http), so it proves nothing. Ask the office for an https address.
verify-not-recorded = The office recorded no such file, and it is no sheet that could be compared with one: it was changed, saved anew or cut off, or is of another origin.
verify-encrypted = The file is encrypted, so it is not as the office issued it: an issued file has no password.
verify-none-in-force = The office has withdrawn its newest edition; none is in force. Ask the office.
verify-no-list = There is no list of issued files to compare this one with; name the office's site: --site https://…
verify-other-format = The data is in the format { $format }, which this version cannot read; get a newer version.
verify-data-broken = The data inside is damaged: it is not as the program writes it.
verify-data-altered = It says it is edition { $id } of { $office }, but its data is not what was issued (digest { $digest }…).
verify-other-office = It says it is from { $claimed } (edition { $id }); the list of issued files is that of { $office }.
verify-lost = Edition { $id } of { $office } cannot be verified: since { $day } its record is lost ({ $note }).
verify-no-such-edition = { $office } lists no edition { $id } here; the list may be older than the file.
verify-proof = This is the office's own working print (校正用), which is never issued.
verify-draft = This is a draft (案) that was never issued.
verify-unsigned-demanded = It has no electronic signature, although one was asked for.
verify-signer-demanded = None of its electronic signatures is a valid one of the signer asked for over the whole file.
verify-get-here = The issued file, to compare by eye: { $address }
verify-get-newest = The edition in force: { $address }
verify-ask-office = Ask the office for the issued file, over a way of contact that you know already and not one named in this file.
verify-certificate-soon = Certificate { $text }: valid until { $day }
verify-certificate-over = Certificate { $text }: expired on { $day }
verify-unsigned = No electronic signature.
verify-signature = Electronic signature of { $signer }, certificate issued by { $issuer }, over the whole file.
verify-signature-earlier = Electronic signature of { $signer }, certificate issued by { $issuer }, over an earlier state of the file: { $why }
verify-signature-broken = The electronic signature of { $signer } is not valid: { $why }
verify-signed-at = Signed before { $day }, as { $authority } attests.
verify-signed-claims = The signer claims { $day } as its day.
verify-signed-undated = It names no day.
verify-trusted = { $issuer } leads to the authority given; whether the certificate was revoked is not checked.
verify-trust-unchecked = Not checked: whether { $issuer } is an authority that you trust (--trust), and whether the certificate was revoked.
verify-column = { $column ->
    [file] file
    [office] office
    [edition] edition
    [verdict] verdict
    [ends] certificates running out
   *[signed] electronic signature
  }
verify-too-large = { $path } is too large: at most { $most } MB are read
signature-error = { $why ->
    [content-mismatch] the file was changed after it was signed
    [key-mismatch] it was not made with the key of its certificate
    [unsupported] its algorithm or structure is not supported (SHA-256 or better with RSA, P-256 or P-384 is)
    [weak-key] its key is too short (RSA needs 2048 bits)
    [unknown-extension] its certificate has a critical extension that this program does not know
    [not-for-signing] its certificate is not for signing documents
    [outside-validity] its certificate was not valid then
    [arbitrary-bytes] it covers only parts of the file
   *[earlier-revision] something was added to the file after it was signed
  }
no-listing = the list of editions cannot be read from { $path }
no-certificates = { $path } holds no certificate in PEM

## Publishing
no-publish-yaml = there is no { $path }; write one with a line as `web: {"{"}kind: folder, path: ../public{"}"}`
target-host = `{ $written }` is no name of a server: write the name alone, as in `host: www.example.jp`, a port as `port:` and a folder as `path:`
target-bucket = `{ $written }` is no name of a bucket: write the name alone, and a folder in it as `path:`
target-url = `{ $written }` is no address of the web; it begins with https://
target-path = `{ $written }` is taken as it stands: no `~`, `$…`, `%…%`, `\`, `..` or `.git`. A path begins in the first folder that the server shows, that of a `folder` in the project
target-branch = `{ $written }` is no name of a branch: write the name alone, as in `pages`
target-name = a target's name has small letters, digits and hyphens, and begins with a letter, unlike `{ $name }`
field-of-other-kind = a target of this kind takes no `{ $field }`
credential-in-yaml = line { $line } has a credential in `{ $field }`; this file is no place for it
    .help = take the field out, change the credential if others could read the file, and give it in the environment, by an agent or a key file; docs/publishing.md shows how
no-such-target = there is no target `{ $name }` in publish.yaml; there are: { $known }
which-target = publish.yaml has several targets, so name one: { $known }
nothing-published = nothing was published
draft-unpublished = this is a draft, which only `--draft` publishes; `safeguard issue` makes an edition of it
leak-leaving = a text that is not for everybody stands in { $path }; nothing was published: { $text }
target-setting = the target `{ $target }` cannot be used as publish.yaml describes it
target-unreachable = the target cannot be reached; look at its address and the network, then run the command again
target-refused = the target refuses; look at the user, the password or key (from { $variable }), and the rights on the folder
target-failed = the target cannot do it; free space or rights may be missing there. Run the command again when that is mended
target-busy = somebody else has been publishing to this target since { $since }; wait for it. If it died, this passes at { $until } (Japan time), or once `{ $file }` is removed from the target
target-busy-here = another run of this project is publishing to this target; wait for it
target-taken = somebody else has begun to publish to this target, so this run stopped; run the command again
target-moved-on = somebody else has published in the meantime, and nothing of it was overwritten; run the command again
published-manifest-unreadable = the manifest.json on the target is not one that this program wrote; move it away to publish there
published-edition-differs = { $path } is published with other bytes, and an issued edition never changes; restore its record in `content/editions/` from git or a backup
edition-vanishes = the edition { $id } is published, but this content has no record of it; restore `content/editions/{ $id }/` from git or a backup, or, if it is gone for good, run `safeguard issue --lost { $id } --note "…"`
edition-reappears = the edition { $id } is published as withdrawn, and this content no longer says so; take `content/editions/{ $id }/withdrawn.yaml` back from git or a backup, or withdraw it again: `safeguard issue --withdraw { $id } --note "…"`
copies-vanish = the published list names files of the edition { $id } that this content no longer records, so whoever holds one could not verify it; take `content/copies.yaml` back from git or a backup (a name in it may be struck, the rest of its lines stays)
no-folder-above = there is no folder { $path }: is the share mounted? The last folder of the path is made, those above it never
folder-is-ours = the site cannot be put into { $path }: the project itself is there. Give another `path`
publish-yaml-empty = { $path } names no target; README shows a line for each kind
unmanaged = something that this program did not publish stands at { $paths }; move it away, or replace it with `--replace`
git-missing = there is no `git` to publish with; install it
git-failed = git fails (`git { $step }`); it reaches the repository with the keys and passwords that you have set up for it, and must do so without asking
sftp-password = the server refuses `{ $user }` with the password in { $password }; look at both
sftp-login = the server refuses `{ $user }`; give a password as { $password }, a private key as { $key } or `key_file:`, or load the key into the agent
sftp-key = the private key { $key } cannot be read; its passphrase is { $variable }
sftp-host-changed = the server { $host } has another key than line { $line } of { $file } says: somebody may stand between. Nothing was sent; ask the provider, and mend the line only then
sftp-host-unknown = the key of the server { $host } is not on record. Compare { $fingerprint } with what the provider says; if it is the same, add this line to { $file }: { $line }
sftp-known-hosts = the known keys of servers cannot be read from { $file }; save it as UTF-8 without a byte order mark (BOM)
sending = sending { $path } ({ $size } KB)
removing = removing { $path }
trying-again = the target did not answer; trying again
published = published to { $target } ({ $place }): { $sent } files and the manifest sent, { $removed } removed
published-already = published on { $target } ({ $place }) already; nothing was sent
webdav-no-move = the server takes files but does not let them be renamed (MOVE), which publishing needs; ask the host to allow it, or publish another way. Nothing was changed
branch-keeps = the branch's history still holds { $paths }. Whoever may force-push the branch can rewrite its history without them, and then ask the host's support to purge its caches
plan = { $target } ({ $place }): published { $published }, to be published { $next }
plan-upload = upload   { $path }
plan-page = page     { $path }
plan-manifest = manifest { $path }
plan-remove = remove   { $path }
plan-unchanged = unchanged: { $count }
plan-no-comparison = what is published is no edition of this content, so there is nothing to compare
status = { $target } ({ $place }): { $draft ->
    [yes] a draft of { $id }
   *[no] edition { $id }
  }, published { $since }, made by version { $version }
status-nothing = { $target } ({ $place }): nothing is published
status-gone = { $target } ({ $place }): what was published from here is gone; `safeguard publish` puts it back
status-unknown = { $target } ({ $place }): could not be looked at
status-sound = all { $count } files are as they were published
status-altered = altered on the target: { $path }
status-missing = missing on the target: { $path }
status-mend = `safeguard publish { $target } --replace` puts back what was altered or is missing
status-foreign = the manifest is not the one that was published last from here
status-locked = somebody has been publishing since { $since }, or did not come to an end

## Help
help = Checks an office's security-measures sheet (安全管理措置一覧) and renders it to a web page and PDFs
help-after = The sheet is written as YAML files in content/; README.md shows how.
    Exit codes: 0 no error, 1 the content has errors (nothing written), 2 usage, theme or machine.
    The binary contains the typefaces Noto Sans JP and M PLUS 1p (SIL Open Font License 1.1).
help-directory = The folder that holds content/ and themes/ [default: this one]
help-as-of = The day to judge by, as 2026-04-01 [default: today in Japan]
help-strict = Warnings fail too
help-allow = Let the warnings of a rule pass, with a reason; RULE@ID means one measure or certificate (the form that issuing needs)
help-lang = Language of messages [default: from the locale]
help-quiet = Print errors only
help-help = Print help
help-help-command = Name of a command [default: the program]
help-version = Print version
help-check = Applies every rule and writes nothing
help-check-format = How findings are printed: human (with the line and a caret), short (a line each), json, github (workflow commands) [default: human]
help-check-all = Show every finding with its source line; without it, three of each rule are shown
help-check-guideline = Hold the sheet against another guideline of content/guidelines
help-build = Checks, then writes output/
help-build-recipient = Write one more copy for each of these clients, its name on every page: client/copies/…; it is recorded in content/copies.yaml
help-build-acknowledgement = Append a form to these copies in which the client notes what it checked
help-edit = Shows page, PDF and findings in the browser while you write, without writing any file
help-edit-host = The address to serve on; others than this machine reach it only where it is not the default [default: 127.0.0.1]
help-edit-port = The port to serve on [default: any free one]
help-edit-open = Open the browser
help-issue = Freezes the content as an edition: a dated state that never changes
help-issue-date = The day the sheet speaks of, as 2026-04-01 [default: today]
help-issue-reviewed = The day on which all measures were reviewed, also written to sheet.yaml (needed since the last edition)
help-issue-note = What changed, or why an edition ends; for everybody to read
help-issue-withdraw = Withdraw an edition: its files and texts leave the site, a page says so (needs --note)
help-issue-lost = Give up an edition whose record is gone for good (needs --note)
help-issue-restore = Bring back missing or altered files of an edition, if their bytes come out as recorded
help-issue-attach = Record a file that the office lets out, such as a scan of sealed paper (needs --to)
help-issue-to = The edition that the attached file is of
help-issue-recipient = The client who gets the attached file
help-diff = Compares two editions of the sheet, or two guidelines (新旧対照表)
help-diff-older = The older: an edition, or `working` for what content/ says now
help-diff-newer = The newer
help-diff-guideline = Compare two guidelines of content/guidelines instead, and name the measures they touch
help-diff-output = Write into this file instead (.html, .pdf or .json; for guidelines .json)
help-diff-audience = Who may read it: public or client [default: public]
help-init = Writes the starting point of a theme of your own
help-init-theme = The theme's name: its folder in themes/, which must not exist yet
help-sign = Signs a PDF electronically (PAdES)
help-sign-file = The PDF to sign
help-sign-key = Key and certificate of who signs, PKCS#12 (.p12 or .pfx)
help-sign-password-file = File whose first line is the key's password [default: it is asked for]
help-sign-tsa = Have the time confirmed by a time server (RFC 3161), http:// or https://
help-sign-output = The signed PDF; must not be the one to sign
help-verify = Says of received files whether the office recorded them, and whether their edition is in force
help-verify-file = The files: PDF, CSV, JSON, scans
help-verify-site = Any address of the office's site, or a folder that holds it: its list is used instead of this project's
help-verify-trust = Certificates (PEM) of the authorities that certify the signer
help-verify-signer = The certificate (PEM) of the signer that the files must have
help-verify-signer-name = The name of the signer that the files must have, certified by --trust
help-verify-format = text (default), json or csv
help-publish = Builds, checks and sends the site to a target of publish.yaml: what changed, and nothing half
help-publish-target = The target's name in publish.yaml [default: the only one; with --status: all]
help-publish-dry-run = Send nothing; print what would travel and what readers would find changed
help-publish-status = Send nothing; print what is published where, since when, and whether it was changed there
help-publish-format = How --dry-run and --status print: text or json [default: text]
help-publish-draft = Publish although the content is not issued
help-publish-replace = Replace files that stand in the way, and files that were altered since they were published
help-publish-headers = Print security headers for a server and do nothing else: nginx, apache or _headers
