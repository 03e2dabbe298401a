# プログラムの言葉（日本語）。同じ名前が en.ftl にもある。

## 指摘の言葉
error = エラー
warning = 警告
hint = ヒント
advice = 対処
summary = エラー { $errors } 件、警告 { $warnings } 件、ヒント { $hints } 件
rule-count = { $count } 件
rule-count-shown = { $count } 件（うち { $shown } 件を表示。残りは `check --all`）
see-check = それぞれの箇所は `safeguard check` で分かります
next-errors = 次：エラーを直す（直すまで、作ることも発行することもできません）
next-warnings = 次：警告を直すか、`--allow` で通す（--strict のため）
next-settle = 次：確認事項と、期限のない認証（{ $count } 件）を片付けて、発行する（`safeguard issue`）
next-issue = 次：校正用の PDF で案を確かめて（`safeguard build`）、発行する（`safeguard issue`）
next-review = 次：措置を見直す（review-overdue）。次の版を発行するまで、版 { $id } が効力を持ちます
next-publish = 次：版 { $id } を公開して（`safeguard publish`）、`safeguard build` が output/client/ に作るファイルを渡す
next-withdrawn = 次：内容を直して、新しい版を発行する（版 { $id } は撤回済み）
did-you-mean = `{ $name }` の書き間違いではありませんか

## 読み込み
no-content = `{ $folder }` に content フォルダがありません。プロジェクトのフォルダで実行するか、-C で指定してください
missing-file = `{ $file }` がありません。どの一覧にも必要です
unexpected-file = このファイルは content のどこにも当てはまらず、印刷されません
    .help = 置き場所は docs/content.ja.md にあります。ほかのファイルは content の外に置いてください
copied-file = このファイルは、同期サービスかエクスプローラーが作った `{ $name }` の写しのようです
    .help = 違うところを `{ $name }` に写し、このファイルは content の外に移してください
conflict-marker = 二人が同じところを変えたため、git がこの行を残しています
    .help = 両方から正しい行を残し、この行と、等号の行と、終わりの行を消してください
theme-conflict-marker = { $file } の { $line } 行目：二人が同じところを変えたため、git がこの行を残しています。両方から正しい行を残し、印の行を消してください
rename-file = 名前を `{ $name }` に変えてください
folder-for-file = ファイルの名前が付いたフォルダです。名前を変えるか、ほかへ移してください
symlink-loop = このリンクは自分の入っているフォルダに戻っています。リンクを消してください
unreadable-permission = このファイルを読む権限がありません。読めるようにしてください
unreadable-link = このリンクの行き先がありません。リンクを消すか、直してください
system-cause = { $kind ->
    [NotFound] 見つかりません
    [PermissionDenied] 権限がありません
    [AlreadyExists] すでにあります
    [StorageFull] ディスクがいっぱいです
    [QuotaExceeded] 割り当てられたディスクの容量を使い切っています
    [FileTooLarge] ファイルがディスクの上限より大きくなります
    [ReadOnlyFilesystem] ディスクは読み取り専用です
    [IsADirectory] フォルダです
    [NotADirectory] 途中の名前がフォルダではありません
    [DirectoryNotEmpty] フォルダが空ではありません
    [InvalidFilename] 名前が長すぎるか、使えない文字を含んでいます
    [ResourceBusy] ほかのプログラムが使っています
    [CrossesDevices] 別のディスクにあります
    [AddrInUse] ほかのプログラムがこのアドレスを使っています
    [ConnectionRefused] サーバーが接続を受け付けません
    [ConnectionReset] サーバーが接続を切りました
    [TimedOut] 時間内に返事がありません
    [HostUnreachable] サーバーに届きません
    [NetworkUnreachable] ネットワークにつながりません
   *[other] { $reason }
  }
unreadable-file = このファイルを読めません：{ system-cause }
unreadable-folder = フォルダ `{ $folder }` を読めません
no-plain-file = 普通のファイルではありません。content の外に移してください
too-large = このファイルは { $size } MB あります。読めるのは { $limit } MB までです
not-utf8 = { $line } 行目が UTF-8 ではありません。UTF-8 で保存してください
empty-file = このファイルは空です。内容を書くか、ファイルを消してください
page-name = `{ $name }` はページの名前にできません。URL になるので、使えるのは半角の英小文字と数字とハイフンだけです
    .help = ほかの名前にしてください（`content/pages/privacy.md` のように）
page-name-taken = `{ $name }` は、サイトがすでに使っている名前です
    .help = { page-name.help }
page-without-japanese = 英語版だけがあり、もとのページ `{ $file }` がありません
    .help = 日本語のページも書くか、このファイルを消してください
no-front-matter = ページの初めに題名がありません
    .help = ファイルの初めに「---」「title: 題名」「---」の3行を書いてください
front-matter-open = ここで始まる部分（title と order）が閉じられていません
    .help = title の後に「---」の行を書き、その下に本文を書いてください
empty-page = この後に本文がありません
    .help = 本文を書くか、ファイルを消してください
no-yaml = ここから先は YAML として読めません
    .help = 同じまとまりの項目は字下げをそろえて「名前: 文」と書いてください
no-yaml-colon = 「: 」を含む文は "" で囲んでください
slip-wide-space-behind = コロンの後の空白が全角などです。半角の空白を使ってください
    .help = { slip-documents.help }
slip-wide-comma = 括弧の中の項目は、半角のコンマと空白で区切ってください：`{"{"}a: …, b: …{"}"}`
    .help = { slip-documents.help }
slip-no-colon = 項目の名前と文の間には、半角のコロンと空白を書いてください
    .help = { slip-documents.help }
slip-wide-hash = 全角の「＃」は注釈になりません。半角の「#」と空白を書いてください
    .help = { slip-documents.help }
slip-documents = 一つのファイルに書けるのは一つの文書です。「---」の行を消してください
    .help = 項目は「名前: 文」、一覧は「- 」で始まる行で書きます。記号とその前の空白はすべて半角です
slip-tab = ここにタブがあります。字下げには半角の空白を使ってください
    .help = { slip-documents.help }
slip-wide-space = 行の初めに全角などの空白があります。字下げには半角の空白を使ってください
    .help = { slip-documents.help }
slip-wide-dash = 行の初めの記号が全角です。一覧の行は半角の「- 」（ハイフンと空白）で始め、上の文の続きは上より字下げしてください
    .help = { slip-documents.help }
slip-wide-colon = 全角のコロン「：」があります。半角のコロン「:」と空白を書いてください
    .help = { slip-documents.help }
slip-colon-without-space = コロンの後に半角の空白がありません
    .help = { slip-documents.help }
slip-dash-without-space = ハイフンの後に半角の空白がありません
    .help = { slip-documents.help }
blank-field = 項目 `{ $field }` が空です
no-such-day = 暦に { $day } という日はありません
    .help = 正しい日付を 2015-10-01 のように書いてください
swallowed-field = `{ $field }` が上の項目の文の一部になり、そのまま印刷されます
    .help = 別の項目として、ほかの項目と同じ字下げで、半角のコロンと空白を付けて書いてください
no-alias = ほかの場所の文を `*` で写しています。文をそのまま書いてください
no-yaml-quote = ここで始まる引用符が閉じられていません。終わりの引用符を書いてください
no-yaml-wide-quote = ここで始まる引用符が、全角の引用符で閉じられています。半角にしてください
no-yaml-quoted-start = 引用符も含めて、文全体を '' で囲んでください
no-yaml-sign = *、[、` などの記号で始まる文は "" で囲んでください
no-yaml-escape = "" の中の \ は特別な意味になります。文を '' で囲んでください
no-yaml-bracket = ここで始まる括弧が閉じられていません。終わりの括弧を書いてください
record-damaged = このファイルは `safeguard` が書いたとおりではありません
    .help = 控えから戻してください。手では直しません
no-yaml-deep = 字下げが深すぎます。書き方は docs/content.ja.md にあります
wrong-length = { $count } 個の一覧が書かれていますが、ここに書けるのは二つの数（[14, 6] のように）です
quote-it = 文字として書くときは "" で囲んでください
unknown-field = ここに `{ $field }` という項目はありません
    .help = ここに書ける項目：{ $fields }
unknown-choice = `{ $value }` は選べません。ここに書けるのは { $choices } です
missing-field = 項目 `{ $field }` がありません
duplicate-key = 項目 `{ $field }` が二度書かれています
    .help = どちらかを消してください。ここから次の行が始まるときは、その初めに「- 」を付けます
wrong-type = { $found ->
    [list] 一覧が書かれていますが
    [fields] 項目の組が書かれていますが
    [nothing] 何も書かれていませんが
    [tag] タグ（!）が書かれていますが
   *[other] { $found } が書かれていますが
  }、ここに書けるのは{ $expected ->
    [string] 文字
    [array] 一覧（「- 」で始まる行）
    [object] 項目（「名前: 値」）
    [boolean] true か false
    [uint32] 半角数字の整数（0、1、2…）
    [uint16] 0 から 65535 までの半角数字
    [text-or-list] 文、または文の一覧
    [pair] 二つの数（[14, 6] のように）
    [date] 日付（2015-10-01 のように）
    [duration] 期間（P90D のように）
   *[other] { $expected }
  }です

## ガイドライン
unknown-guideline = content/guidelines に `{ $id }` というガイドラインがありません
    .help = { $known ->
        [none] そのファイル content/guidelines/{ $id }.yaml を置いてください
       *[other] あるのは { $known } です
    }
guideline-superseded = `{ $id }` は `{ $successor }` に改められています
    .help = 何が変わったかは `safeguard check --guideline { $successor }` で分かります
unknown-item = `{ $name }` は、ガイドライン `{ $guideline }` にも sheet.yaml の sections にもありません
unknown-item-has = あるのは { $items } です。名前をそのどれかに直してください
heading-of-own = `{ $name }` の見出しは、ここではなく sections: に書きます
item-uncovered = `{ $guideline }` の { $name } { $heading } に応える措置がありません
    .help = { $file } に書いてください。当てはまらないときは not_applicable: に理由を、まだ決まっていないときは subject: と、確認することを confirm: に書きます
item-uncovered-there = { item-uncovered }
    .help = このガイドラインに移るときは、content/sheet.yaml の guideline: を { $guideline } に変えてから、{ $file } に書いてください
heading-changed = { $name } の見出しは「{ $new }」になりました（もとは「{ $old }」）
small-business-exception = 措置 `{ $id }` は中小規模事業者の特例によっていますが、委託を受ける事務所には認められません
    .help = 行っていることをすべて書き、relaxed: true を消してください

## 措置
bad-id = `{ $id }` は id にできません。{ $sign ->
    [none] 使えるのは半角の英数字とハイフンだけで、「-」や「page-」で始めることはできません
   *[other] { $sign } は使えません（使えるのは半角の英数字とハイフンだけです）
  }
duplicate-id = `{ $id }` が二度使われています。先に { $file } の { $line } 行目にあります
number-of-other = `no: { $no }` は、発行した版にあって今はない行 `{ $id }` の番号です
    .help = 同じ行なら `formerly: [{ $id }]` と書いてください。別の行なら no: を消せば、`safeguard issue` が新しい番号を付けます
empty-subject = 措置 `{ $id }` の subject が空です
empty-measure = 措置 `{ $id }` に何も書かれていません（措置の内容も、理由も、確認事項もない）
    .help = measure:、または理由を not_applicable:、または確認することを confirm: に書いてください
not-applicable-without-reason = 措置 `{ $id }` は該当なしですが、理由がありません
not-applicable-with-measure = 措置 `{ $id }` に措置の内容と該当なしの両方があります。どちらか一つにしてください
open-question = `{ $id }` の確認事項：{ $question }
review-overdue = 措置 `{ $id }` を最後に見直したのは { $day } で、見直しの時期を過ぎています
    .help = 今もそのとおりか確かめて、その日を reviewed_on: に書いてください
review-overdue-all = { $count } 件の措置が見直しの時期を過ぎています（最も古いものは { $day } から）
    .help = 今もそのとおりか確かめ、sheet.yaml の reviewed_on: にその日を書いてください
office-incomplete = office.yaml に書かれていないこと：{ $fields }（address は所在地、representative は代表者、complaints は苦情・相談窓口）
    .help = 本人が知り得るようにしておくべきことです（個人情報保護法32条）。書き入れてください

## 第三者認証
day-to-come = { $day } はまだ来ていない日です（今日は { $limit }）
    .help = 実際にあった日を書いてください
issued-after-end = 認証の発行日 { $day } が、有効期限の { $limit } より後です
    .help = どちらかの日付が違います
day-far = { $day } は十年より先の日です
    .help = 認証書の年を確かめてください
edition-to-come = 規格の年がまだ来ていません（{ $day } は今日 { $limit } より後です）
    .help = 認証書に書かれた年を書いてください
date-before-guideline = 表の日付（date）{ $limit } は、ガイドラインの公表日 { $day } より前です
    .help = date: か、ガイドラインの published: が違います
established-after-date = 制定日 { $day } が、表の日付（date）{ $limit } より後です
    .help = どちらかの日付が違います
established-after-effect = 制定日 { $day } が、施行日（effective_on）{ $limit } より後です
    .help = どちらかの日付が違います
issue-before-certificate = { $day } は、認証 { $standard } が発行された { $issued } より前です。その日の一覧に載せることはできません
certification-expired = 認証 { $standard } は { $day } で期限が切れました
    .help = 更新した認証の日付を書くか、ファイルを除いてください
certification-expires-soon = 認証 { $standard } の期限は { $day } です
certification-undated = 認証 { $standard } に有効期限がありません
    .help = 認証書にある日を expires_on: に書いてください。書くまで有効とは示さず、発行もできません
certification-without-edition = 認証 { $standard } に規格の年版がありません
privacy-mark-misused = { $standard } の番号 { $number } はプライバシーマークの登録番号ではありません
    .help = 登録番号は 10190001(03) の形です。ほかの JIS Q 15001 の認証にこのマークは付けられません

## 発行した版
edition-altered = 発行済みの版 { $id } の内容が、発行したときと違います
edition-altered-help = 発行した版は変えられません。リポジトリかバックアップから元のファイルに戻してください。新しい内容は `safeguard issue` で発行します。記録がもう戻らないときは `safeguard issue --lost ID --note "…"`
edition-file-altered = { $path } は、発行したときのファイルと違います（SHA-256 { $sha256 }）
edition-file-missing = 発行したファイル { $path } がありません（SHA-256 { $sha256 }）
edition-file-restore = `safeguard issue --restore { $id }` が、もう一度作るか事務所のサイトから取り寄せて、記録どおりのバイトのときだけ戻します。戻らなければ、リポジトリかバックアップから戻してください
edition-record-missing = 版 { $id } の記録がありません（ファイルは残っています）。record.yaml を git かバックアップから戻してください。もう戻せないときは `safeguard issue --lost { $id } --note "…"` を実行します
unexpected-edition-file = { unexpected-file }
    .help = 版のフォルダには `safeguard issue` が書いたものだけを置きます。ほかのファイルは別の場所に置き、`safeguard issue --attach FILE --to ID` で記録してください
edition-format = 版 { $id } の形式 `{ $format }` は、このバージョンでは読めません
edition-name = 版 { $id } は、その日付を id とし、フォルダも同じ名前でなければなりません（2015-10-01、同じ日の二つ目は 2015-10-01-2）
edition-without-predecessor = 版 { $id } に前の版の記載がありませんが、先に { $before } が発行されています
edition-mistyped = edition: の書き間違いなら、ここの最新の版 { $newest } に直してください。{ $predecessor } を発行したのなら、そのフォルダーをリポジトリかバックアップから戻します。もう戻らないときは `safeguard issue --lost { $predecessor } --note "…"`
edition-missing = { $id } が指す発行済みの版 { $predecessor } がありません
edition-before-predecessor = 版 { $id } は、前の版 { $predecessor } より後の日付ではありません
edition-predecessor-altered = 版 { $predecessor } が、{ $id } の発行のときと違います
edition-fork = 版 { $id } の前の版 { $predecessor } は、すでに別の版に置き換えられています
edition-not-newest = 最新の版として { $id } が指定されていますが、その後に { $newest } が発行されています
edition-unnamed = 版 { $newest } が発行されていますが、`edition:` に書かれていません

## 文
english-alone = `{ $field }` が英語だけで書かれています
    .help = 英語の文は日本語の文の訳です。日本語の `{ $field }:` も書くか、英語を消してください
text-cut-off = 空白の後の # から先は YAML の注釈となり、印刷されません：{ $lost }
    .help = 文全体を "" で囲んでください。注釈にするときは # の後に空白を置きます
definition-unused = どのリンクからも使われないリンクの定義となり、印刷されません：{ $lost }
    .help = 文として出すときは、前に \ を付けて \[ と書いてください
cells-beyond = 表の列より多いため、印刷されません：{ $lost }
    .help = 表の1行目の列の数を、いちばん長い行に合わせてください
signs-lost = 記号が Markdown の書式とみなされ、印刷されません：{ $lost }
    .help = 記号を出すときは、それぞれの前に \ を付けて \*、\_、\\ と書いてください。強調するときは ** で囲みます
raw-html = HTML は印刷されません：{ $html }
    .help = HTML を使わずに書いてください。「<」そのものは \< と書きます
broken-link = リンク `{ $link }` の行き先がありません
    .help = リンクは https://…、http://…、mailto:…、tel:…、#行 のどれかです
broken-link-row = { broken-link }
    .help = その行はありません。行は「節-項-id」で表します（#C-b-system-log のように）
site-address = { $kind ->
    [user] `{ $link }` にユーザー名が入っています。だれにでも読まれます
    [query] `{ $link }` の `?` や `#` から先は、サイトのフォルダーのアドレスになりません
    [page] `{ $link }` はページのアドレスで、サイトのフォルダーのアドレスではありません
   *[letters] `{ $link }` に、アドレスに使えない文字があります
}
    .help = サイトのフォルダーのアドレスを、ブラウザーでコピーしたとおりに書いてください（例：`https://www.example.jp/safeguards/`）
broken-link-office = { broken-link }
    .help = 事務所のサイトを https://… の形で書いてください
broken-link-security = { broken-link }
    .help = メールアドレス、tel: と番号、https://… のどれかで書いてください
broken-link-page = { broken-link }
    .help = ページのリンクは https://…、http://…、mailto:…、tel:…、#行、#見出し、ほかのページ（名前.md）、サイトのファイル（index.html、verify.html、editions/index.html、safeguards.pdf、.csv、.json）のどれかです
broken-link-heading = { broken-link }
    .help = その見出しも行もありません。見出しは、語と語の間をハイフンにして（#お問い合わせ のように）、行は「節-項-id」で（#C-b-system-log のように）書いてください
no-image = 画像 `{ $link }` は入れられません。ここには文だけを書いてください
emphasis-not-closed = 「{ $around }」の * はそのまま印刷されます
    .help = かぎ括弧と文字の間の ** は強調になりません。** を括弧の内側に置くか、消してください
control-character = { $kind ->
    [tab] タブ
    [soft-hyphen] ソフトハイフン
    [zero-width] 幅のない空白
    [turn] 文字の向きを変える記号
   *[other] 目に見えない制御文字
  }（{ $code }）があります
    .help = 消してください。ほかから写した文に紛れていることがあります
radical = { $meant ->
    [none] `{ $character }`（{ $code }）は部首で、言葉に使う漢字ではありません
   *[other] `{ $character }`（{ $code }）は部首です（PDF から写すと紛れ込みます）。{ $meant } ではありませんか
}
    .help = 文字を打ち直してください。このままでは検索で見つかりません
missing-glyph = 「{ $character }」（{ $code }）の字形がフォントにありません
    .help = 別の字体か仮名で書いてください
confidential-name = 秘密とされた名前「{ $name }」が、公開される文にあります
    .help = 書き換えるか、audience: をその項目について client にしてください
confidential-name-alike = 公開される文の「{ $written }」は、秘密とされた名前「{ $name }」と見分けがつきません
    .help = { confidential-name.help }
confidential-name-page = 書き換えてください。ページは誰でも読めます
confidential-name-file = 秘密とされた名前「{ $name }」が、公開されるこのファイルにあります
    .help = テーマ、id やページの名前、url、発行済みの版を確かめてください
confidential-name-file-alike = 公開されるこのファイルの「{ $written }」は、秘密とされた名前「{ $name }」と見分けがつきません
    .help = { confidential-name-file.help }
confidential-name-file-code = 秘密とされた名前「{ $name }」と同じ語が、公開されるこのファイルのコードにあります
    .help = { confidential-name-file.help }
joined-names = 「{ $name }」は「{ $separator }」を含む一つの項目になっています
    .help = 二つの項目ではありませんか
name-decorated = 「{ $name }」は書いたとおりに探されるため、名前だけの箇所は見つかりません
    .help = 「様」「御中」、括弧、注を除き、名前だけを書いてください
too-long-line = { $count } 文字は紙面のこの場所に入りません。{ $most } 文字までにしてください
too-long-letter = 記号の欄に { $count } 字分は入りません。{ $most } 字分までです（全角は 2 字分）
too-many-approvals = 承認の枠 { $count } 個は押印用の紙面に入りません。{ $most } 個までにしてください
spelling-varies = 「{ $rare }」が { $total } か所のうち { $count } か所にあります（ほかは「{ $common }」）

## 命令
no-such-command = `{ $name }` という命令はありません。あるもの：{ $known }
no-such-option = `{ $option }` はここでは使えません。使えるものは `safeguard --help` で分かります
no-such-option-near = `{ $option }` はここでは使えません。`{ $near }` の書き間違いではありませんか
option-twice = `{ $option }` は一度しか書けません
options-conflict = `{ $option }` と `{ $other }` は同時に書けません
value-missing = `{ $option }` の値がありません。書けるものは `safeguard --help` で分かります
value-unwanted = `{ $option }` に値は付けられません
value-wrong = `{ $option }` に `{ $value }` とは書けません。書き方の例：{ $example }
usage = 命令を読み取れません。書き方は `safeguard --help` で分かります
cannot-print = 結果を出力できませんでした
folder-in-the-way = ファイルを書く場所 { $path } にフォルダがあります。ほかへ移してください。何も変えていません
no-such-guideline = content/guidelines に `{ $id }` というガイドラインはありません。あるもの：{ $known }
no-such-rule = `{ $rule }` という規則はありません。あるもの：{ $rules }
no-theme = sheet.yaml にあるテーマ `{ $theme }` が themes/ にありません
theme-stray = テーマのファイル { $file } は使われません。テーマのファイルは { $known } と、ほかの .typ と .html です
theme-label = { $file } の `{ $name }` はどこにも使われません。`{ $near }` の書き間違いではありませんか
theme-label-missing = { $file } に `{ $name }` がありません。labels.ja.yaml にある言葉は、英語のページを作るのに英語でも要ります
theme-not-text = テーマのファイル { $file } は UTF-8 の文字のファイルではありません。テーマに置けるのは文字のファイルだけです
theme-official-folder = テーマにファイル { $file } がありますが、official/ はどのテーマでも公式のファイルを指す名前です。ほかのフォルダに移してください
theme-tokens = { $file } の { $line } 行目：トークンを読めません
theme-token-near = { $file } の { $line } 行目：トークン `{ $name }` はありません。`{ $near }` の書き間違いではありませんか
theme-token-unknown = { $file } の { $line } 行目：トークン `{ $name }` はありません。あるのは { $known } です
theme-token-colour = { $file } の { $line } 行目：`{ $name }` には "#17407a" のような色を書いてください。引用符がないと、# から後は注釈になります
theme-token-number = { $file } の { $line } 行目：`{ $name }` には { $least } から { $most } までの数を、単位を付けずに書いてください
theme-token-list = { $file } の { $line } 行目：`{ $name }` には 0 より大きい数を { $count } 個、[1, 2.5] のように書いてください
theme-token-paper = { $file } の { $line } 行目：`{ $name }` には a4 か a3 と書いてください
theme-token-typeface = { $file } の { $line } 行目：`{ $name }` には書体の名前を引用符で囲んで書いてください（使えるのは文字、数字、空白、ハイフン）
theme-token-logo = { $file } の { $line } 行目：`{ $name }` には、テーマのフォルダに直接置いた .svg か .png のファイルの名前を書いてください
theme-token-text = { $file } の { $line } 行目：`{ $name }` には一行の文を書いてください
theme-logo-unnamed = { $file } は使われません。描かれる画像は、テーマの tokens.yaml に `logo` として書いた一つだけです
theme-logo-missing = テーマの tokens.yaml にあるロゴ { $file } がありません
theme-logo-wordless = { $file } に `logo` がありますが、見えない読み手のための言葉 `logo_text` がありません
theme-logo-large = { $file } は { $size } KB です。ロゴはどのページにも入るので、{ $most } KB までです
theme-logo-png = { $file } は PNG の画像ではありません
theme-logo-svg = { $file } を SVG の画像として読めません
theme-logo-active = { $file } の { $line } 行目：ロゴにはスクリプトも、ほかのファイルへの参照も入れられません。`{ $what }` を除いてください
theme-font-unreadable = { $file } を書体として読めません
theme-font-embedding = { $file } は埋め込みを禁じている（fsType）ので、PDF に入れられません。埋め込みを許す書体を選んでください
theme-font-unnamed = { $file } は使われません。書体の名前 `{ $typeface }` をテーマの tokens.yaml に `typeface` として書いてください
theme-font-missing = テーマの tokens.yaml にある書体 `{ $typeface }` が、テーマの fonts/ にもプログラムにもありません
init-name = テーマに `{ $theme }` という名前は付けられません。フォルダの名前になる簡単な名前にしてください
init-exists = themes/{ $theme } はもうあります。何も書きませんでした
init-done = themes/{ $theme } を作りました（説明は README.md）。content/sheet.yaml に `theme: { $theme }` と書くと、このテーマで描かれます
theme-backslash = テーマのファイル { $file } の名前に \ があります。名前を変えてください
theme-glyph = { $file } の `{ $name }` にある { $character }（{ $code }）は PDF の書体にありません。ほかの文字に替えてください
theme-off-paper = テーマが { $page } ページで紙の外に印字します：{ $text }
theme-labels = テーマの言葉 { $file } を読めません
theme-error = テーマの { $file } の { $line } 行目で失敗しました
theme-error-row = テーマの { $file } の { $line } 行目で、行 { $row }（{ $subject }）を描いているときに失敗しました
leak = 公開してはならない文が出るところでした。何も書き込んでいません。プログラムかテーマの誤りです：{ $text }
cannot-write = { $path } に書き込めません。何も変えていません
output-busy = 別の処理が { $path } に書き込んでいます。終わるまで待ってください
nothing-written = 何も書き込んでいません
written = { $folder } に { $count } 個のファイルを書きました
without-address = office.yaml に `url` がないので、更新情報（feed.xml）、サイトマップ、ページの正式なアドレスは作られていません。サイトのアドレスが決まったら書いてください
keeps-url = サイトのアドレス（`url`）が版 { $id } の発行の後に変わりました。押印用の紙面は元のままです
keeps-approvals = `approvals` が版 { $id } の発行の後に変わりました。押印用の紙面の欄は元のままです
keeps-theme = テーマが版 { $id } の発行の後に変わりました。発行したファイルは元の見た目のままです（ページと新しい写しは新しい見た目になります）
kept = 書き込む場所に別のファイルがあったので、{ $path } として残しました
nothing-issued = 何も発行していません
allow-at-issue = 解決するか、この一件だけを --allow { $rule }@{ $record }="理由" で認めてください
review-missing = 版 { $newest } の後に見直した日がありません。すべての措置が今もそのとおりか確かめ、その日を --reviewed で指定してください
review-before-newest = 見直した日 { $day } は、最新の版 { $newest } より前です。見直してから、その日を --reviewed で指定して発行してください
review-day-in-future = 見直した日 { $day } はまだ来ていません（今日は { $today }）
note-blank = --note に何も書かれていません。何が変わったかを書くか、--note を付けずに発行してください
issue-unchanged = 版 { $id } から何も変わっていないので、発行するものがありません
issue-in-future = { $day } はまだ来ていません（今日は { $today }）。版の日付には、今日までの日を指定してください
issue-before-newest = { $day } は最新の版 { $newest } より前です。版は日付の順に発行します
note-confidential = `{ $name }` は公開しない名前（confidential）です。変更内容（--note）はだれでも読めます
cannot-edit = { $path } を自動で書き換えられません。どの項目も「名前: 値」の形で1行ずつ書いてください
no-random = 版の発行やタイムスタンプに必要な乱数を、システムから得られません
recipient-alike = `{ $first }` と `{ $second }` は同じファイル名になります。どちらかの書き方を変えてください
recipient-joined = `{ $name }` は一つの名前として書かれていますが、`{ $separator }` があります。二社のときは、名前を空白で分けて書いてください（--recipient 甲社 乙社）
recipient-honorific = `{ $name }` の「{ $suffix }」は要りません。宛名には「御中」が付きます
recipient-length = 宛先の名前は1文字から{ $most }文字までです
issued = 発行しました：{ $path }/（このフォルダは変えずに保管してください）
numbers-given = 新しい措置 { $count } 件に番号を付けました
publish-first = 渡す前に公開してください。公開された一覧にあるファイルでなければ、受け取った会社は確かめられません
holds-older = { $recipient } にあるのは版 { $id } の写しです（{ $day } に作成）
holds-copy = { $recipient } には版 { $id } の写しがあります
lost-unknown = 版 { $id } の名前がどこにもありません。最新の版だったときは、content/sheet.yaml に `edition: { $id }` を書き戻してから、もう一度実行してください
withdrawn = 撤回しました：版 { $id }。build と publish をしてください。ファイルと内容はサイトから消え、記録と、撤回を知らせるページが残ります
withdrawn-already = 版 { $id } は { $day } に撤回済みです
none-in-force = 効力のある版はありません。サイトはそのことを示し、次の版を発行するまで、渡すファイルは作られません
not-lost = { $path } があります。壊れているなら、リポジトリかバックアップから戻してください。あきらめるなら、先にフォルダを別の場所に移してください
given-up = 版 { $id } の記録をあきらめました。その版のページに、記録が失われたと示されます
nothing-to-restore = 版 { $id } のファイルは、すべて発行したときのままです
restored = 戻しました：{ $path }
not-restored = 作り直しても、事務所のサイトからも、記録どおりのバイトにならないので戻していません：{ $paths }。リポジトリかバックアップから戻してください
attach-recorded = { $path } はすでに版 { $of } のファイルとして記録されています
attach-no-scan = { $path } はスキャンではありません。PDF、PNG、JPEG、TIFF のどれかにしてください
attach-contradicts = { $path } の中のデータは版 { $id } のものではないので、その写しとして記録できません。紙のスキャンか、発行したままのファイルを記録してください
attached = 記録しました：{ $path }（版 { $id } のファイル）
argument-missing = { $arguments } がありません
argument-unprintable = `{ $option }` の文を印刷できません

## 比較
diff-before = 改訂前：{ $version }（{ $date }現在）
diff-after = 改訂後：{ $version }（{ $date }現在）
diff-same = 二つの内容は同じです
diff-counts = 新設 { $added }、削除 { $removed }、移動 { $moved }、文の変更 { $reworded }、節・項の変更 { $relettered }、番号の変更 { $renumbered }、変更なし { $unchanged }
diff-legend = [-削った語-] {"{"}+加えた語+{"}"}
diff-unchanged = … { $count } 行は変更なし
diff-certifications = 第三者認証
diff-subject = 対応
diff-measure = 措置の内容
diff-remarks = サービス・委託先・備考
diff-added = 新設
diff-removed = 削除
diff-moved = { $from } 行目から { $to } 行目へ移動
diff-relettered = 節・項の変更
diff-renumbered = 番号の変更
diff-reworded = { $field }の変更
diff-guideline = { $old } から { $new } へ：変更 { $changed }、変更なし { $unchanged }
diff-item-new = 新設
diff-item-gone = 削除
diff-item-moved = 移動
diff-item-renamed = 見出しの変更
diff-item-required = 義務になった
diff-item-recommended = 推奨になった
diff-item-without-measures = この項に措置はありません
diff-too-many = --guideline に書くのは比べるガイドライン二つだけです
no-such-edition = `{ $id }` という版はありません。あるもの：{ $known }
output-ending = `{ $path }` に書き出せません。名前の終わりは { $endings } のどれかです
diff-written = { $path } に書きました

## プレビュー
serving = プレビュー：{ $url } （終えるときは Ctrl-C）
serving-others = 警告：この機械にネットワークでつながる人は、所内だけのメモや確認事項も含め、プレビューのすべてを読めます
no-browser = ブラウザーを開けません：{ $reason }
cannot-listen = { $address } でプレビューを開けません。--host と --port で別のものを指定してください
cannot-watch = `{ $folder }` の保存を見張れません
preview-fault = プログラムの不具合で、今の内容を描けません。前に表示したものを残しています
preview-other-host = このプレビューのアドレスではありません
preview-not-allowed = エディターを開けるのは、プレビューの画面だけです
editor-without-terminal = `{ $editor }` には端末が必要ですが、プレビューにはありません。VISUAL に、窓のあるエディターを指定してください
editor-busy = `{ $editor }` が、プレビューの端末でまだ開いています
editor-failed = `{ $editor }` を起動できません。VISUAL と EDITOR を確かめてください
preview-title = プレビュー
preview-updated = {"{time}"} に更新　{"{milliseconds}"} ms
preview-lost = プレビューは終わっています。`safeguard edit` をもう一度実行してください
preview-page = ページ
preview-pdf = PDF
preview-findings = 指摘
preview-nothing = エラーを直すと、ここにページが出ます。
preview-errors = 直るまで、エラーのなかった最後の状態を表示しています。
preview-row = 行を押すと、書かれている場所が分かります。
preview-open = エディターで開く
preview-kind = PDF の種類
preview-client = 渡す一覧（client）
preview-site = 公開用（site）
preview-seal = 押印用
preview-proof = 校正用（社外秘）
preview-pdf-alone = 別に開く
preview-pdf-here = このブラウザーはここに PDF を表示できません。別に開いてください。

## 電子署名
file-missing = ファイル `{ $path }` がありません
file-unreadable = `{ $path }` を読めません
no-file = `{ $path }` は読めるファイルではありません
pdf-not = `{ $file }` は PDF ではありません
pdf-broken = PDF `{ $file }` は壊れているか、途中で切れています。受け取り直すか、作り直してください
pdf-encrypted = PDF `{ $file }` は暗号化されています。`safeguard build` が書いたままのファイルを使ってください
pdf-signed = `{ $file }` にはもう電子署名があります。重ねて署名すると前の署名が無効と判定されます。`safeguard build` が書いたままの PDF に署名してください
pdf-form = `{ $file }` には入力欄（フォーム）があり、署名するとそれが変わります。`safeguard build` が書いたままの PDF に署名してください
pdf-no-data = `{ $file }` に `safeguards.json` が添付されていません。この一覧の PDF ではないか、印刷や保存をし直したときに失われています。発行されたままのファイルを受け取ってください
pdf-several-data = `{ $file }` に `safeguards.json` という添付がいくつもあります。発行の後で変更されています
output-is-source = 署名したファイルが、元の `{ $path }` を上書きしてしまいます。-o に別の名前を付けてください
key-password = パスワードが違います。`{ $key }` を開けません
key-file = `{ $key }` は鍵のファイルとして読めません。秘密鍵と証明書の入った PKCS#12（.p12 か .pfx）が必要です
key-encryption = `{ $key }` の暗号の方式を扱えません。AES-256 で書き出し直してください
key-none = `{ $key }` に秘密鍵がありません。証明書を秘密鍵と一緒に書き出してください
key-several = `{ $key }` に秘密鍵がいくつもあります。署名に使うものだけを書き出してください
key-alone = `{ $key }` に秘密鍵の証明書がありません。証明書と一緒に書き出してください
key-kind = `{ $key }` の鍵の種類では署名できません。使えるのは RSA と P-256 と P-384 です
key-short = `{ $key }` の RSA 鍵は { $bits } ビットです。{ $least } ビットより短い鍵は安全ではありません
certificate-not-yet = { $name } の証明書が有効になるのは { $day } からです
certificate-over = { $name } の証明書は { $day } に期限が切れています。更新してください
certificate-purpose = { $name } の証明書は文書の署名に使えません（鍵の用途が違うか、認証局の証明書です）。署名用の証明書を使ってください
certificate-extension = { $name } の証明書には、このプログラムの知らない重要な（critical）拡張があります。別の証明書を使ってください
password-prompt = { $key } のパスワード：
password-cannot-ask = ここではパスワードを尋ねられません。ファイルに書いて --password-file で指定してください
password-file = `{ $path }` の一行目にパスワードがありません（UTF-8 の文字のファイルにしてください）
tsa-unreachable = タイムスタンプサーバー { $url } につながりません。何も書き込んでいません。時間をおいて試すか、--tsa なしで署名してください
tsa-status = タイムスタンプサーバー { $url } がエラー（{ $status }）を返しました。何も書き込んでいません。アドレスを確かめるか、時間をおいて試してください
tsa-refused = タイムスタンプサーバー { $url } に断られました（状態 { $status }）。何も書き込んでいません
tsa-no-timestamp = { $url } の答えはタイムスタンプではありません。何も書き込んでいません。アドレスを確かめてください
tsa-other-digest = { $url } のタイムスタンプは、この署名ではなく別のものに押されています。何も書き込んでいません。別のサーバーを使ってください
tsa-other-question = { $url } のタイムスタンプは、今の問い合わせへの答えではありません。何も書き込んでいません。別のサーバーを使ってください
tsa-broken = { $url } のタイムスタンプには、時刻認証局の正しい署名がありません。何も書き込んでいません。別のサーバーを使ってください
tsa-unknown = { $url } のタイムスタンプの署名の方式を確かめられません。何も書き込んでいません。別のサーバーを使ってください
signed = { $output }：{ $name } の名で署名しました
signed-and-stamped = { $output }：{ $name } の名で署名し、タイムスタンプを付けました
signed-unrecorded = 記録していません。署名したファイルはこのプロジェクトが発行した文書ではないので、`safeguard verify` は署名後のファイルを発行されたものと判定しません

## 写しの確認
verdict = { $verdict ->
    [current] 発行されたファイルそのもので、最新の版です
    [replaced] 発行されたファイルそのものですが、新しい版に置き換えられています
    [withdrawn] 発行されたファイルそのものですが、撤回されています
    [pages-unproven] データは発行されたままですが、紙面は確かめられません
    [no-record] 判断できません：照らし合わせる記録がありません
    [not-ours] この事務所が発行した文書ではありません
   *[not-as-issued] 発行されたものと違います
  }
verify-current = { $office } が版 { $id } として記録したファイルそのものです。これより新しい版は一覧にありません。
verify-replaced = { $office } が版 { $id } として記録したファイルそのものです。{ $day } に版 { $by } に置き換えられました：{ $note }
verify-withdrawn = { $office } が版 { $id } として記録したファイルそのものです。事務所は { $day } にこの版を撤回しました：{ $note }
verify-pages-unproven = 中のデータは版 { $id } のものです（照合値 { $digest }…）が、このファイルは事務所の記録にありません。変えられたか、保存し直されたか、別のところで署名されています。紙面の内容は証明されていません。
verify-list-insecure = 発行したファイルの一覧を保護されていない接続（http）で受け取ったので、証明になりません。https のアドレスを事務所に尋ねてください。
verify-not-recorded = 事務所が記録したファイルではなく、照らし合わせられる一覧でもありません。変更されたか、保存し直されたか、途中で切れたか、別のところから来たファイルです。
verify-encrypted = ファイルが暗号化されているので、事務所が発行したままのものではありません。発行されたファイルにパスワードはありません。
verify-none-in-force = 事務所は最新の版を撤回しており、効力のある版はありません。事務所にお問い合わせください。
verify-no-list = 照らし合わせる、発行したファイルの一覧がありません。事務所のサイトを指定してください：--site https://…
verify-other-format = データの形式 { $format } は、この版のプログラムでは読めません。新しいプログラムをお使いください。
verify-data-broken = 中のデータが壊れています。プログラムが書いたままではありません。
verify-data-altered = { $office } の版 { $id } とありますが、データが発行されたものと違います（照合値 { $digest }…）。
verify-other-office = { $claimed } のもの（版 { $id }）とありますが、照らし合わせた一覧は { $office } のものです。
verify-lost = { $office } の版 { $id } は確かめられません。{ $day } から記録が失われています（{ $note }）。
verify-no-such-edition = { $office } の版 { $id } は、ここの一覧にありません。一覧のほうが古いのかもしれません。
verify-proof = 事務所が校正に使う印刷（校正用）で、発行したものではありません。
verify-draft = 発行されていない案です。
verify-unsigned-demanded = 電子署名が求められましたが、このファイルにはありません。
verify-signer-demanded = 求められた署名者による、ファイル全体に対する有効な電子署名がありません。
verify-get-here = 発行されたファイル（目で見比べるため）：{ $address }
verify-get-newest = 効力のある版：{ $address }
verify-ask-office = 発行されたファイルを事務所に求めてください。このファイルにある連絡先ではなく、以前から知っている連絡先を使ってください。
verify-certificate-soon = 認証 { $text }：{ $day } まで有効
verify-certificate-over = 認証 { $text }：{ $day } に期限切れ
verify-unsigned = 電子署名はありません。
verify-signature = { $signer } の電子署名（証明書の発行者 { $issuer }）が、ファイル全体にあります。
verify-signature-earlier = { $signer } の電子署名（証明書の発行者 { $issuer }）は、ファイルの以前の状態に対するものです：{ $why }
verify-signature-broken = { $signer } の電子署名は有効ではありません：{ $why }
verify-signed-at = { $authority } が、{ $day } より前の署名だと証明しています。
verify-signed-claims = 署名した日は、署名者の申告では { $day } です。
verify-signed-undated = 署名した日の記載はありません。
verify-trusted = { $issuer } は、指定された認証局につながっています。証明書が失効していないかは調べていません。
verify-trust-unchecked = { $issuer } が信頼できる認証局か（--trust）、証明書が失効していないかは調べていません。
verify-column = { $column ->
    [file] ファイル
    [office] 事務所
    [edition] 版
    [verdict] 判定
    [ends] 期限の近い認証
   *[signed] 電子署名
  }
verify-too-large = { $path } は大きすぎます。読めるのは { $most } MB までです
signature-error = { $why ->
    [content-mismatch] 署名の後にファイルが変えられています
    [key-mismatch] 証明書の鍵で作られた署名ではありません
    [unsupported] 署名の方式に対応していません（SHA-256 以上と、RSA・P-256・P-384 に対応しています）
    [weak-key] 鍵が短すぎます（RSA は 2048 ビット以上）
    [unknown-extension] 証明書に、このプログラムの知らない必須の拡張があります
    [not-for-signing] 証明書が文書の署名のためのものではありません
    [outside-validity] その時点で証明書の有効期間の外です
    [arbitrary-bytes] ファイルの一部だけに対する署名です
   *[earlier-revision] 署名の後に、ファイルに何かが追加されています
  }
no-listing = 版の一覧を { $path } から読めません
no-certificates = { $path } に PEM 形式の証明書がありません

## 公開
no-publish-yaml = { $path } がありません。`web: {"{"}kind: folder, path: ../public{"}"}` のような行で公開先を書いてください
target-host = `{ $written }` はサーバーの名前ではありません。`host: www.example.jp` のように名前だけを書き、ポートは `port:`、フォルダーは `path:` に書いてください
target-bucket = `{ $written }` はバケットの名前ではありません。名前だけを書き、その中のフォルダーは `path:` に書いてください
target-url = `{ $written }` は Web のアドレスではありません。https:// で始めてください
target-path = `{ $written }` は書いたとおりの名前のフォルダーになります。`~`、`$…`、`%…%`、`\`、`..`、`.git` は使えません。パスはサーバーの最初のフォルダー（`folder` ではプロジェクトのフォルダー）から数えます
target-branch = `{ $written }` はブランチの名前ではありません。`pages` のように名前だけを書いてください
target-name = 公開先の名前は英小文字で始まり、英小文字・数字・ハイフンからなります。`{ $name }` は使えません
field-of-other-kind = この種類の公開先に `{ $field }` は書けません
credential-in-yaml = { $line } 行目の `{ $field }` に認証情報があります。このファイルには書けません
    .help = その項目を消し、他人が読めたおそれがあれば認証情報を変え、環境変数、エージェントまたは鍵ファイルで渡してください（docs/publishing.ja.md を参照）
no-such-target = publish.yaml に公開先 `{ $name }` はありません。あるもの：{ $known }
which-target = publish.yaml に公開先が複数あります。名前を指定してください：{ $known }
nothing-published = 何も公開していません
draft-unpublished = 未発行の案です。案は `--draft` を付けたときだけ公開します。`safeguard issue` で発行できます
leak-leaving = 公開してはならない文言が { $path } にあります。何も公開していません：{ $text }
target-setting = 公開先 `{ $target }` は publish.yaml の記載では使えません
target-unreachable = 公開先につながりません。アドレスとネットワークを確かめ、もう一度実行してください
target-refused = 公開先に拒まれました。ユーザー、パスワードまたは鍵（{ $variable }）、フォルダの権限を確かめてください
target-failed = 公開先で処理できません。空き容量または権限が足りないおそれがあります。直してからもう一度実行してください
target-busy = { $since } から別の人がこの公開先に公開しています。終わるまで待ってください。止まったままのときは { $until }（日本時間）に解除されます。公開先の `{ $file }` を消しても解除されます
target-busy-here = このプロジェクトの別の実行がこの公開先に公開しています。終わるまで待ってください
target-taken = 別の人がこの公開先に公開を始めたため、中止しました。もう一度実行してください
target-moved-on = その間に別の人が公開しました。上書きはしていません。もう一度実行してください
published-manifest-unreadable = 公開先の manifest.json はこのプログラムが書いたものではありません。公開するには移動してください
published-edition-differs = { $path } は別の内容で公開済みです。発行した版は変わりません。`content/editions/` の記録を git かバックアップから戻してください
edition-vanishes = 版 { $id } は公開中ですが、この content に記録がありません。`content/editions/{ $id }/` を git かバックアップから戻してください。もう戻せないときは `safeguard issue --lost { $id } --note "…"` を実行します
edition-reappears = 版 { $id } は撤回したものとして公開中ですが、この content にはその記録がありません。`content/editions/{ $id }/withdrawn.yaml` を git かバックアップから戻すか、もう一度撤回してください（`safeguard issue --withdraw { $id } --note "…"`）
copies-vanish = 公開中の一覧にある版 { $id } のファイルが、この content には記録されていません。このままでは受け取った人が確かめられなくなります。`content/copies.yaml` を git かバックアップから戻してください（名前は消せますが、行のほかの項目は残します）
no-folder-above = フォルダー { $path } がありません。共有フォルダーが接続されているか確かめてください。パスの最後のフォルダーは作りますが、その上のフォルダーは作りません
folder-is-ours = サイトを { $path } には置けません。このプロジェクト自身の場所です。別の `path` を指定してください
publish-yaml-empty = { $path } に公開先がありません。種類ごとの書き方は docs/publishing.ja.md にあります
unmanaged = このプログラムが公開したのではないものが { $paths } にあります。移動するか、`--replace` で置き換えてください
git-missing = 公開に使う `git` がありません。インストールしてください
git-failed = git が失敗しました（`git { $step }`）。リポジトリには git に設定済みの鍵やパスワードで接続し、その際に入力を求めません
sftp-password = サーバーが `{ $user }` と { $password } のパスワードを拒みました。両方を確かめてください
sftp-login = サーバーが `{ $user }` を拒みました。パスワードは { $password }、秘密鍵は { $key } または `key_file:` で渡すか、鍵をエージェントに読み込ませてください
sftp-key = 秘密鍵 { $key } を読めません。パスフレーズは { $variable } で渡します
sftp-host-changed = サーバー { $host } の鍵が { $file } の { $line } 行目と違います。なりすましのおそれがあるため何も送っていません。提供会社に確かめてから、その行を直してください
sftp-host-unknown = サーバー { $host } の鍵が記録にありません。{ $fingerprint } を提供会社の案内と比べ、同じなら次の行を { $file } に加えてください：{ $line }
sftp-known-hosts = { $file } から既知のサーバーの鍵を読めません。BOM なしの UTF-8 で保存してください
sending = 送信中 { $path }（{ $size } KB）
removing = 削除中 { $path }
trying-again = 公開先の応答がありません。もう一度試します
published = { $target }（{ $place }）に公開しました。送信 { $sent } ファイルと manifest、削除 { $removed } ファイル
published-already = { $target }（{ $place }）には公開済みです。何も送っていません
webdav-no-move = サーバーはファイルを受け取りますが、名前の変更（MOVE）を許しません。公開には必要です。許可をホストに頼むか、ほかの方法で公開してください。何も変わっていません
branch-keeps = ブランチの履歴には { $paths } が残っています。消すには、強制プッシュのできる人が履歴を書き直し、ホストのサポートにキャッシュの削除を頼みます
plan = { $target }（{ $place }）：公開中 { $published }、公開予定 { $next }
plan-upload = 送信     { $path }
plan-page = ページ   { $path }
plan-manifest = 一覧     { $path }
plan-remove = 削除     { $path }
plan-unchanged = 変更なし：{ $count }
plan-no-comparison = 公開中のものはこの content の版ではないため、比べられません
status = { $target }（{ $place }）：{ $draft ->
    [yes] { $id } の案
   *[no] { $id } 版
  }、公開 { $since }、作成したバージョン { $version }
status-nothing = { $target }（{ $place }）：何も公開されていません
status-gone = { $target }（{ $place }）：ここから公開したものがなくなっています。`safeguard publish` で元に戻ります
status-unknown = { $target }（{ $place }）：調べられませんでした
status-sound = { $count } ファイルすべてが公開したときのままです
status-altered = 公開先で変えられています：{ $path }
status-missing = 公開先にありません：{ $path }
status-mend = 変えられたもの、なくなったものは `safeguard publish { $target } --replace` で元に戻ります
status-foreign = manifest がここから最後に公開したものと違います
status-locked = { $since } から公開中か、途中で止まっています

## ヘルプ
help = 事務所の安全管理措置一覧を点検し、ウェブページと PDF にします
help-after = 一覧は content/ の YAML ファイルに書きます。書き方は README.ja.md と docs/content.ja.md にあります。
    終了コード：0 エラーなし、1 内容にエラー（何も書かない）、2 使い方・テーマ・機械の問題。
    書体 Noto Sans JP と M PLUS 1p（いずれも SIL Open Font License 1.1）を含みます。
help-directory = content/ と themes/ のあるフォルダ [省略時：今のフォルダ]
help-as-of = 判断の基準にする日（2026-04-01 のように）[省略時：日本の今日]
help-strict = 警告も失敗とする
help-allow = 規則 RULE の警告を理由を付けて認める。RULE@ID なら、その措置か認証だけ（発行のときはこの形で）
help-lang = メッセージの言語 [省略時：環境の言語]
help-quiet = エラーだけを出す
help-help = ヘルプを出す
help-help-command = コマンドの名前 [省略時：全体]
help-version = 版を出す
help-check = すべての規則で点検する（何も書かない）
help-check-format = 指摘の出し方：human（行と印つき）、short（一行ずつ）、json、github [省略時：human]
help-check-all = 指摘をすべて、その行とともに出す [省略時：規則ごとに三件]
help-check-guideline = content/guidelines の別のガイドラインと比べる
help-build = 点検して output/ に書く
help-build-recipient = これらの会社に渡す写しも作る（名前を各ページに入れて client/copies/ に書き、content/copies.yaml に記録する）
help-build-acknowledgement = その写しに、相手が確認を記録する受領・確認票を付ける
help-edit = 書いている間、ページと PDF と指摘をブラウザーに表示する（ファイルは書かない）
help-edit-host = 表示するアドレス。省略時のままなら、ほかの機械からは見えない [省略時：127.0.0.1]
help-edit-port = 表示するポート番号 [省略時：空いているもの]
help-edit-open = ブラウザーを開く
help-issue = 内容を版として発行する（発行した版は変わらない）
help-issue-date = 何年何月何日現在の表か（2026-04-01 のように）[省略時：今日]
help-issue-reviewed = すべての措置を見直した日。sheet.yaml にも書く（前の版の後の日が要る）
help-issue-note = 変更の内容、または版を終える理由（公開される）
help-issue-withdraw = 版を撤回する。ファイルと内容はサイトから消え、撤回を知らせるページが残る（--note が要る）
help-issue-lost = 記録がもう戻らない版をあきらめる（--note が要る）
help-issue-restore = 版のなくなった・変わったファイルを、記録どおりのバイトになるなら戻す
help-issue-attach = 事務所が渡すファイル（押印した紙のスキャンなど）を記録する（--to が要る）
help-issue-to = そのファイルがどの版のものか
help-issue-recipient = そのファイルを渡す会社
help-diff = 二つの版（またはガイドライン）を比べ、新旧対照表を作る
help-diff-older = 改訂前：発行した版の id、または working（今の content/）
help-diff-newer = 改訂後
help-diff-guideline = 版の代わりに content/guidelines の二つを比べ、関わる措置を挙げる
help-diff-output = このファイルに書き出す（.html、.pdf、.json。ガイドラインは .json）
help-diff-audience = だれに見せるか：public（公開）、client（委託する会社・検討する会社）[省略時：public]
help-init = 自分のテーマのもとになるフォルダを作る
help-init-theme = テーマの名前。themes/ にまだないフォルダの名前
help-sign = PDF に電子署名をする（PAdES）
help-sign-file = 署名する PDF
help-sign-key = 署名する人の鍵と証明書、PKCS#12（.p12 か .pfx）
help-sign-password-file = 一行目に鍵のパスワードを書いたファイル [省略時：尋ねる]
help-sign-tsa = タイムスタンプサーバー（RFC 3161、http:// か https://）に時刻を証明させる
help-sign-output = 署名した PDF の名前（署名する PDF とは別の名前）
help-verify = 受け取ったファイルが事務所の記録にあるか、その版に効力があるかを調べる
help-verify-file = ファイル（PDF、CSV、JSON、スキャン）
help-verify-site = 事務所のサイトのアドレス（どのページでもよい）か、サイトのフォルダ。ここの記録の代わりに、その一覧と比べる
help-verify-trust = 署名者を認証する認証局の証明書（PEM）
help-verify-signer = ファイルに求める署名者の証明書（PEM）
help-verify-signer-name = ファイルに求める署名者の名前。--trust の認証局が認証していること
help-verify-format = text（既定）・json・csv
help-publish = サイトを作って点検し、publish.yaml の公開先に、変わったものだけを送る
help-publish-target = publish.yaml の公開先の名前 [省略時：唯一のもの。--status ではすべて]
help-publish-dry-run = 何も送らず、送るものと、読む人にとって変わることを出す
help-publish-status = 何も送らず、どこに何がいつから公開されているか、変えられていないかを調べる
help-publish-format = --dry-run と --status の形式（text か json）[省略時：text]
help-publish-draft = 未発行の案でも公開する
help-publish-replace = 邪魔になるファイルと、公開後に変えられたファイルも置き換える
help-publish-headers = サーバー用のセキュリティヘッダーだけを出す：nginx、apache、_headers
