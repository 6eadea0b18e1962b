/* SPDX-License-Identifier: ISC */

/* Reading files of settings and blocks: what the tables tell, and each mistake with its line. */

#include <errno.h>
#include <unistd.h>

#include "conf.h"
#include "conf_text.h"
#include "unit.h"

/* ---- a grammar: a box with a lid, and boxes in boxes ---- */

/* Everything that the functions of the grammar are told, a line each. */
struct told {
    FILE *file;
    int fails_at; /* the value's line at which reading ends */
};

static int tell_value(const struct conf_value *value, void *context)
{
    struct told *told = context;

    fprintf(told->file, "%d %s[%zu] = %s\n", value->line, value->setting->name, value->index,
            value->text);
    return value->line == told->fails_at ? -ENOMEM : 0;
}

static int refuse_value(const struct conf_value *value, void *context)
{
    (void)context;
    return conf_refuse(value, "is %s", "never right");
}

/* A box tells its values with a copy of the outer context, to see that each block has its own. */
struct box {
    struct told told; /* as the first member, it is a context of tell_value() */
    char content[32];
};
static struct box boxes[8]; /* of one text */
static size_t n_boxes;

static int read_content(const struct conf_value *value, void *context)
{
    ck_assert_uint_eq(value->setting->offset, offsetof(struct box, content));
    snprintf((char *)context + value->setting->offset, sizeof(((struct box *)0)->content), "%s",
             value->text);
    return 0;
}

static int begin_box(const struct conf_place *place, void *outer, void **context)
{
    struct told *told = outer;
    struct box *box = &boxes[n_boxes++];

    if (strcmp(place->title, "impossible") == 0)
        return -ENOMEM;
    *box = (struct box){.told = *told};
    *context = box;
    fprintf(told->file, "%d box %s {\n", place->line, place->title);
    return 0;
}

static int end_box(const struct conf_place *place, void *context)
{
    struct box *box = context;

    fprintf(box->told.file, "} box %s of line %d with %s\n", place->title, place->line,
            box->content);
    return strcmp(box->content, "bottomless") == 0 ? -EPERM : 0;
}

static int end_lid(const struct conf_place *place, void *context)
{
    struct told *told = context;

    ck_assert_ptr_null(place->title);
    fprintf(told->file, "lid of line %d\n", place->line);
    return 0;
}

static int end_all(const struct conf_place *place, void *context)
{
    struct told *told = context;

    ck_assert_ptr_null(place->title);
    fprintf(told->file, "end in line %d\n", place->line);
    return 0;
}

static const struct conf_setting lid_settings[] = {
    {"colour", tell_value, .required = "red"},
};
static const struct conf_setting inner_settings[] = {
    {"content", read_content, .offset = offsetof(struct box, content)},
    {"colour", tell_value},
};
static const struct conf_setting box_settings[] = {
    {"content", read_content, .offset = offsetof(struct box, content), .required = "air"},
    {"sizes", tell_value, .list = true},
};
static const struct conf_setting file_settings[] = {
    {"colour", tell_value},
    {"wrong", refuse_value},
    {"sizes", tell_value, .list = true, .required = "1"},
};
static const struct conf_block inner_blocks[] = {
    {
        .name = "box",
        .where = "of an inner box",
        .title = "name",
        .begin = begin_box,
        .end = end_box,
        CONF_SETTINGS(inner_settings),
    },
    {.name = "lid", .where = "of a lid", .end = end_lid, CONF_SETTINGS(lid_settings)},
};
static const struct conf_block blocks[] = {
    {
        .name = "box",
        .where = "of a box",
        .title = "name",
        .begin = begin_box,
        .end = end_box,
        CONF_SETTINGS(box_settings),
        CONF_BLOCKS(inner_blocks),
    },
    {.name = "empty", .where = "of nothing"},
};
static const struct conf_block grammar = {
    .where = "of a file",
    .end = end_all,
    CONF_SETTINGS(file_settings),
    CONF_BLOCKS(blocks),
};

/* ---- reading by it ---- */

struct outcome {
    int r;
    char *told;     /* by the functions of the grammar */
    char *messages; /* the mistakes, without the path */
};

static struct outcome parse_until(const char *text, int fails_at)
{
    struct outcome outcome;
    size_t told_size, messages_size;
    struct told told = {open_memstream(&outcome.told, &told_size), fails_at};
    struct mistakes mistakes = {"FILE", open_memstream(&outcome.messages, &messages_size)};

    n_boxes = 0;
    outcome.r = conf_parse(&mistakes, text, &grammar, &told);
    fclose(told.file);
    fclose(mistakes.messages);
    for (char *at = outcome.messages; (at = strstr(at, "FILE:"));)
        memmove(at, at + 5, strlen(at + 5) + 1);
    return outcome;
}

static struct outcome parse(const char *text)
{
    return parse_until(text, 0);
}

static void outcome_free(struct outcome *outcome)
{
    free(outcome->told);
    free(outcome->messages);
}

#define SIZES "sizes = 1\n"

/* ---- right texts, and what is told of them ---- */

static const struct {
    const char *text, *told;
} right[] = {
    {SIZES, "1 sizes[0] = 1\nend in line 2\n"},
    {"sizes = {1,\n2\n, 3}", "1 sizes[0] = 1\n2 sizes[1] = 2\n3 sizes[2] = 3\nend in line 3\n"},
    {SIZES "empty {\n}", "1 sizes[0] = 1\nend in line 3\n"},
    {"\n" SIZES "\n# box\nbox \"A\" {\n  content = 'x y'\n  box B { colour = red }\n lid {\n\n"
     "colour = \"\"\n}\n  sizes = {4}\n}\nbox B\n{ content = z }\ncolour = blue",
     "2 sizes[0] = 1\n5 box A {\n7 box B {\n7 colour[0] = red\n} box B of line 7 with \n"
     "10 colour[0] = \nlid of line 8\n12 sizes[0] = 4\n} box A of line 5 with x y\n"
     "15 box B {\n} box B of line 15 with z\n16 colour[0] = blue\nend in line 16\n"},
    /* the boxes of two boxes may have the same name */
    {SIZES "box A { content = a box C {} }\nbox B { content = b box C {} }",
     "1 sizes[0] = 1\n2 box A {\n2 box C {\n} box C of line 2 with \n} box A of line 2 with a\n"
     "3 box B {\n3 box C {\n} box C of line 3 with \n} box B of line 3 with b\nend in line 3\n"},
    /* escapes, and line ends that are escaped */
    {SIZES "colour = \"\\x41\\102\\$\\${HOME} $ \\\"\\\\\\'\\x2ag\\xZ\"",
     "1 sizes[0] = 1\n2 colour[0] = AB$${HOME} $ \"\\'*gxZ\nend in line 2\n"},
    {SIZES "colour = '${HOME} \\' \\\\ \\x41 \\0 $'",
     "1 sizes[0] = 1\n2 colour[0] = ${HOME} ' \\ \\x41 \\0 $\nend in line 2\n"},
    {"colour = \"a\\\n  b\\\nc\" sizes = '1\\\n2'",
     "3 colour[0] = a  bc\n4 sizes[0] = 12\nend in line 4\n"},
    {SIZES "# ${HOME}\ncolour = a$b // ${HOME}\n/* ${HOME} */",
     "1 sizes[0] = 1\n3 colour[0] = a$b\nend in line 4\n"},
};

START_TEST(tells_what_a_text_says)
{
    struct outcome outcome = parse(right[_i].text);

    ck_assert_str_eq(outcome.messages, "");
    ck_assert_int_eq(outcome.r, 0);
    ck_assert_str_eq(outcome.told, right[_i].told);
    outcome_free(&outcome);
}
END_TEST

/* ---- wrong texts, and all that is to be said of them ---- */

static const struct {
    const char *text, *messages;
} wrong[] = {
    {"", "1: there is no sizes: add one such as sizes = \"1\"\n"},
    {"\n\n", "3: there is no sizes: add one such as sizes = \"1\"\n"},
    {SIZES "box A {\n}", "2: box \"A\" has no content: add one such as content = \"air\"\n"},
    {SIZES "box A {\ncontent = x\nlid\n{\n}}",
     "5: lid has no colour: add one such as colour = \"red\"\n"},
    {SIZES "wrong = x", "2: wrong: \"x\" is never right\n"},
    {SIZES "colour = a\ncolour = b colour = c",
     "3: colour is set twice: first in line 2\n3: colour is set twice: first in line 2\n"},
    {SIZES "sizes = {2, 3}", "2: sizes is set twice: first in line 1\n"},
    {SIZES "empty {\n}\nempty {} empty {}", "4: empty is described twice: first in line 2\n4: "
                                            "empty is described twice: first in line 2\n"},
    {SIZES "box A { content = x }\nbox B { content = x }\nbox A {\ncontent = x }\n"
           "box A { content = x box C {}\n box C {} }",
     "4: box \"A\" is described a second time: give each its own name\n"
     "6: box \"A\" is described a second time: give each its own name\n"
     "7: box \"C\" is described a second time: give each its own name\n"},
    /* unknown names */
    {SIZES "color = x", "2: there is no setting color of a file; is it colour?\n"},
    {SIZES "bx A {}", "2: there is no setting bx of a file; is it box?\n"},
    {SIZES "thing = x\nother = x",
     "2: there is no setting thing of a file: there are colour, wrong, sizes, box, empty\n"
     "3: there is no setting other of a file: there are colour, wrong, sizes, box, empty\n"},
    {SIZES "box A { content = x box B {\ncontnt = x } }",
     "3: there is no setting contnt of an inner box; is it content?\n"},
    {SIZES "box A { content = x box B {\nlid = x } }",
     "3: there is no setting lid of an inner box: there are content, colour\n"},
    {SIZES "empty { sizes = 1 }", "2: there is no setting sizes of nothing: there are \n"},
    {SIZES "colour = x \"\\x1b\" { ", "2: the { here is never closed: a } is missing\n"
                                      "2: the name here is not plain UTF-8 text\n"},
    /* libconfuse's ways around a block */
    {SIZES "box A { content = x }\nbox|content = y\n",
     "3: content: \"y\" is set from outside: write it inside its block\n"},
    {SIZES "box A { content = x }\nbox|lid {\ncolour = x }\ncolor = x",
     "3: this lid is described from outside: write it inside its block\n"},
    {SIZES "box A { content = x }\nbox|box B { content = x }",
     "3: this box is described from outside: write it inside its block\n"},
    {SIZES "box A { content = x }\ncolour = z \"box=A|box\" C { box D { } }",
     "3: this box is described from outside: write it inside its block\n"},
    {SIZES "box|content = y\n", "2: no sub-section title/index for 'box'\n"},
    /* texts that are none */
    {SIZES "colour = \"a\\x01\"", "2: colour is not plain UTF-8 text\n"},
    {SIZES "colour = \"a\\x7f\"", "2: colour is not plain UTF-8 text\n"},
    {SIZES "colour = \"\xc3\"", "2: colour is not plain UTF-8 text\n"},
    {SIZES "box \"\\x1b\" { content = x }\ncolor = x",
     "2: this box has a title that is not plain UTF-8 text\n"},
    {SIZES "\x01", "2: byte 0x01: this must be plain text\n"},
    /* what libconfuse would let pass, or stumble over */
    {SIZES "colour = \"a\\0b\"", "2: a string cannot hold the byte 0\n"},
    {SIZES "colour = \"a\\000b\"", "2: a string cannot hold the byte 0\n"},
    {SIZES "colour = \"a\\x0\"", "2: a string cannot hold the byte 0\n"},
    {SIZES "colour = \"a\\x00b\"", "2: a string cannot hold the byte 0\n"},
    {SIZES "colour = \"a\\\n\\400\"", "3: invalid octal number '\\400'\n"},
    {SIZES "colour = \"\\8\"", "2: invalid octal number '\\8'\n"},
    {SIZES "colour = \"\\1018\"", "2: invalid octal number '\\1018'\n"},
    {SIZES "colour = \"${HOME}\"",
     "2: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    {SIZES "colour = ${HOME}",
     "2: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    {SIZES "colour = a${HOME}",
     "2: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    {SIZES "colour = \"$${\" }",
     "2: ${ would take a value from the environment: write \"\\${\" for those characters\n"},
    /* lines, after line ends that are escaped */
    {"sizes = \"1\\\n\\\n\"\ncolor = x", "4: there is no setting color of a file; is it colour?\n"},
    {"sizes = '1\\\n'\ncolour = \"a", "3: the string has no closing \" on its line\n"},
    {"colour = \"a\\\nb", "2: the string has no closing \" on its line\n"},
    {"sizes = 1 box \"A\\\n\" { content = x\n", "2: the { here is never closed: a } is missing\n"},
};

START_TEST(says_what_is_wrong)
{
    struct outcome outcome = parse(wrong[_i].text);

    ck_assert_str_eq(outcome.messages, wrong[_i].messages);
    ck_assert_int_eq(outcome.r, -EINVAL);
    outcome_free(&outcome);
}
END_TEST

START_TEST(ends_where_a_function_fails)
{
    const struct {
        const char *text;
        int r;
        const char *told;
    } failing[] = {
        {"colour = a\ncolour = b\ncolour = c", -ENOMEM, "1 colour[0] = a\n2 colour[0] = b\n"},
        {"box impossible { content = x }\nempty {}\ncolour = x", -ENOMEM, ""},
        {"box impossible { box A { } }", -ENOMEM, ""},
        {"box impossible { }", -ENOMEM, ""},
        {"box A { content = bottomless }\ncolour = x", -EPERM,
         "1 box A {\n} box A of line 1 with bottomless\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(failing); i++) {
        struct outcome outcome = parse_until(failing[i].text, 2);

        ck_assert_int_eq(outcome.r, failing[i].r);
        ck_assert_str_eq(outcome.told, failing[i].told);
        outcome_free(&outcome);
    }
}
END_TEST

/* libconfuse's lexer is one for all texts: none may leave it in the middle of something. */
START_TEST(reads_well_after_any_wrong_text)
{
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct outcome bad = parse(wrong[i].text);
        struct outcome good = parse(SIZES "colour = 'a' // b\n");

        ck_assert_int_eq(bad.r, -EINVAL);
        ck_assert_str_eq(good.messages, "");
        ck_assert_str_eq(good.told, "1 sizes[0] = 1\n2 colour[0] = a\nend in line 3\n");
        outcome_free(&bad);
        outcome_free(&good);
    }
}
END_TEST

START_TEST(counts_what_was_wrong_before)
{
    struct outcome outcome;
    size_t size;
    struct mistakes mistakes = {"FILE", open_memstream(&outcome.messages, &size)};
    struct told told = {open_memstream(&outcome.told, &size)};

    mistakes_add(&mistakes, 1, "before");
    ck_assert_int_eq(conf_parse(&mistakes, SIZES, &grammar, &told), -EINVAL);
    fclose(mistakes.messages);
    fclose(told.file);
    outcome_free(&outcome);
}
END_TEST

START_TEST(loads_a_file)
{
    char path[] = "/tmp/test_conf-XXXXXX";
    int fd = mkstemp(path);
    struct outcome outcome;
    size_t size;
    struct mistakes mistakes = {path, open_memstream(&outcome.messages, &size)};
    struct told told = {open_memstream(&outcome.told, &size)};

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, SIZES, strlen(SIZES)), strlen(SIZES));
    close(fd);
    ck_assert_int_eq(conf_load(&mistakes, &grammar, &told), 0);
    unlink(path);
    ck_assert_int_eq(conf_load(&mistakes, &grammar, &told), -EINVAL);
    fclose(mistakes.messages);
    fclose(told.file);
    ck_assert_str_eq(outcome.told, "1 sizes[0] = 1\nend in line 2\n");
    ck_assert_ptr_nonnull(strstr(outcome.messages, ": No such file or directory\n"));
    outcome_free(&outcome);
}
END_TEST

/* Whatever is done to a text, it is read or refused with a reason, and memory stays whole. */
START_TEST(survives_any_change_of_a_text)
{
    static const char good[] = "sizes = {1, '2'}\nbox \"A\" { content = \"x\\\ny\"\n"
                               " box B { colour = z }\n lid { colour = '' } }\nempty {}\n";
    static const char bytes[] = "\"'\\{}=()+*,/#\n |$x0";
    struct unit_random random = unit_random_start("test_conf");

    for (int round = 0; round < 3000; round++) {
        char text[sizeof(good)];
        struct outcome outcome;

        memcpy(text, good, sizeof(good));
        for (uint64_t n = unit_random_below(&random, 3) + 1; n; n--)
            text[unit_random_below(&random, sizeof(good) - 1)] =
                bytes[unit_random_below(&random, sizeof(bytes) - 1)];
        outcome = parse(text);
        ck_assert_msg((outcome.r == 0 && !*outcome.messages) ||
                          (outcome.r == -EINVAL && *outcome.messages),
                      "%d\n%s\n%s", outcome.r, text, outcome.messages);
        outcome_free(&outcome);
    }
}
END_TEST

int main(void)
{
    const struct unit_test tests[] = {
        {tells_what_a_text_says, ARRAY_SIZE(right)}, {says_what_is_wrong, ARRAY_SIZE(wrong)},
        {.test = ends_where_a_function_fails},       {.test = reads_well_after_any_wrong_text},
        {.test = counts_what_was_wrong_before},      {.test = loads_a_file},
        {.test = survives_any_change_of_a_text},
    };

    return unit_run("conf", tests, ARRAY_SIZE(tests));
}
